import { afterAll, beforeAll, expect, it } from 'vitest'
import { getDigest, listTags, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { chooseTags, closeDialog, dialog, pushTags } from '../support/demo-change.ts'
import {
  accessibilityFindings,
  alert,
  button,
  holdUploads,
  openDemo,
  page,
  registry,
  shows,
  useDemoPage,
} from '../support/demo-page.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'

useDemoPage()

let real: Distribution
beforeAll(async () => {
  real = await startDistribution()
})
afterAll(() => real?.stop())

const field = (name: string) => dialog().getByLabel(name, { exact: true })

it('copy shows its plan and takes an image to another registry, under other tags', async () => {
  await pushTags(real.url, 'team/app', 'v1', 'v2')
  await pushTags(registry.url, 'mirror/app', 'stable')
  await openDemo({ registry: real.url, repository: 'team/app' })
  await chooseTags('v1')
  await button('Copy to…').click()
  await field('Destination registry').fill(registry.url)
  await field('Repository').fill('mirror/app')
  await field('Tags').fill('v1 stable')
  await button('Preview the copy').click()
  await shows(dialog(), 'Sends ')
  await shows(dialog(), 'v1 – new')
  await shows(dialog(), 'stable – will move: it points to')
  expect(await accessibilityFindings()).toEqual([])
  await dialog().getByRole('button', { name: 'Copy' }).click()
  await shows(dialog(), 'mirror/app: v1, stable')
  const digest = await getDigest(real.url, 'team/app', 'v1')
  expect(await getDigest(registry.url, 'mirror/app', 'v1')).toBe(digest)
  expect(await getDigest(registry.url, 'mirror/app', 'stable')).toBe(digest)
  await shows(dialog(), `docker pull ${new URL(registry.url).host}/mirror/app:v1`)
  expect(await accessibilityFindings()).toEqual([])
  await dialog().getByRole('link', { name: 'Show the copy' }).click()
  await page.getByRole('heading', { name: 'mirror/app:v1' }).waitFor()
  await openDemo({ view: 'registries' })
  await page.getByRole('link', { name: new URL(registry.url).host }).waitFor()
})

it('a copy of several images pauses, and a failure in the middle lists what was copied', async () => {
  await pushTags(real.url, 'team/many', 'v1', 'v2', 'v3')
  await openDemo({ registry: real.url, repository: 'team/many' })
  await page.route('**/v2/mirror/many/manifests/v2', (route) =>
    route.request().method() === 'PUT'
      ? route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' }, body: '{}' })
      : route.continue(),
  )
  await chooseTags('v1', 'v2', 'v3')
  await button('Copy to…').click()
  await field('Destination registry').fill(registry.url)
  await field('Repository').fill('mirror/many')
  await button('Preview the copy').click()
  await shows(dialog(), 'v3 – new')
  const held = holdUploads()
  await dialog().getByRole('button', { name: 'Copy' }).click()
  await held
  await button('Pause').click()
  await shows(dialog(), 'Paused')
  expect(await accessibilityFindings()).toEqual([])
  await page.unroute('**/blobs/uploads/**')
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await shows(dialog(), 'Not copied: v3, v2, and v1')
  await closeDialog()

  await chooseTags('v1', 'v2', 'v3')
  await button('Copy to…').click()
  await field('Destination registry').fill(registry.url)
  await field('Repository').fill('mirror/many')
  await button('Preview the copy').click()
  await shows(dialog(), 'v3 – new')
  await dialog().getByRole('button', { name: 'Copy' }).click()
  await shows(alert(), 'You have no right to do this')
  await shows(dialog(), 'mirror/many: v3')
  await shows(dialog(), 'Not copied: v2 and v1')
  expect(await listTags(registry.url, 'mirror/many')).toEqual(['v3'])

  await page.unroute('**/v2/mirror/many/manifests/v2')
  await button('Try again').click()
  await shows(dialog(), 'Already there: v3')
  expect([...(await listTags(registry.url, 'mirror/many'))].sort()).toEqual(['v1', 'v2', 'v3'])
})

it('the browser asks before the page is left in the middle of a copy', async () => {
  await pushTags(real.url, 'team/left', 'v1')
  await openDemo({ registry: real.url, repository: 'team/left' })
  await chooseTags('v1')
  await button('Copy to…').click()
  await field('Destination registry').fill(registry.url)
  await field('Repository').fill('mirror/left')
  await button('Preview the copy').click()
  const held = holdUploads()
  await dialog().getByRole('button', { name: 'Copy' }).click()
  await held
  const asked: string[] = []
  page.on('dialog', (question) => {
    asked.push(question.type())
    void question.accept()
  })
  await page.reload()
  expect(asked).toEqual(['beforeunload'])
  await page.getByRole('heading', { name: 'team/left' }).waitFor()
  await page.reload()
  expect(asked).toHaveLength(1)
})

it('copy diagnoses the registry that does not answer, which is not that of the page', async () => {
  await pushTags(real.url, 'team/lost', 'v1')
  const gone = await serveTestRegistry()
  await gone.close()
  await openDemo({ registry: real.url, repository: 'team/lost' })
  await chooseTags('v1')
  await button('Copy to…').click()
  await field('Destination registry').fill(gone.url)
  await button('Preview the copy').click()
  await dialog().getByRole('heading', { name: 'The registry does not answer' }).waitFor()
  const href = await dialog().getByRole('link', { name: 'All checks' }).getAttribute('href')
  expect(new URLSearchParams(href?.slice(1)).get('registry')).toBe(gone.url)
})

it('copy asks both registries who the user is', async () => {
  const [from, to] = await Promise.all(
    ['from', 'to'].map((username) => serveTestRegistry({ credentials: { username, password: 'secret' } })),
  )
  if (!from || !to) throw new Error('no registry')
  try {
    const credentials = { username: 'from', password: 'secret' }
    const { openRegistry } = await import('../../src/index.ts')
    await pushDockerTar(await createTestArchive(), openRegistry(from.url, { credentials }), 'team/app', 'v1')
    await openDemo({ registry: from.url, repository: 'team/app' })
    const signIn = async (username: string) => {
      await dialog().getByLabel('User name').fill(username)
      await dialog().getByLabel('Password or token').fill('secret')
      await page.keyboard.press('Enter')
    }
    await signIn('from')
    await chooseTags('v1')
    await button('Copy to…').click()
    await field('Destination registry').fill(to.url)
    await button('Preview the copy').click()
    await dialog().getByLabel('User name').waitFor()
    await signIn('to')
    await shows(dialog(), 'v1 – new')
    await dialog().getByRole('button', { name: 'Copy' }).click()
    await shows(dialog(), 'team/app: v1')
  } finally {
    await Promise.all([from.close(), to.close()])
  }
})
