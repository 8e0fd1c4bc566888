import { afterAll, beforeAll, expect, it } from 'vitest'
import { getConfig, getDigest, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { chooseTags, closeDialog, dialog } from '../support/demo-change.ts'
import { accessibilityFindings, alert, button, openDemo, page, shows, useDemoPage } from '../support/demo-page.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'

useDemoPage()

let real: Distribution
beforeAll(async () => {
  real = await startDistribution()
})
afterAll(() => real?.stop())

const field = (name: string) => dialog().getByLabel(name, { exact: true })

it('edit shows the new digest and the tag that moves, and pushes the changed image', async () => {
  await pushDockerTar(await createTestArchive(), real.url, 'team/edit', 'v1')
  const before = await getDigest(real.url, 'team/edit', 'v1')
  await openDemo({ registry: real.url, repository: 'team/edit' })
  await chooseTags('v1')
  await button('Edit settings').click()
  await shows(dialog(), 'You have not changed anything yet.')
  await field('Labels').fill('stage=live\nnote=a=b')
  await field('Environment variables').fill('no value')
  expect(await button('Show the new image').isDisabled()).toBe(true)
  await field('Environment variables').fill('NODE_ENV=production')
  await field('Program (entrypoint)').fill('["node", "a b.js"]')
  await field('Ports').fill('8080 53/udp')
  await field('Tags of the new image').fill('v1 v1-live')
  await button('Show the new image').click()
  await shows(dialog(), 'v1-live – new')
  await shows(dialog(), 'v1 – will move: it points to')
  expect(await accessibilityFindings()).toEqual([])
  expect(await getDigest(real.url, 'team/edit', 'v1')).toBe(before)

  await button('Push the new image').click()
  await shows(dialog(), 'The registry has the new image')
  const digest = await getDigest(real.url, 'team/edit', 'v1')
  await shows(dialog(), digest)
  expect(await getDigest(real.url, 'team/edit', 'v1-live')).toBe(digest)
  const { configuration } = await getConfig(real.url, 'team/edit', 'v1')
  expect(configuration).toMatchObject({
    labels: { stage: 'live', note: 'a=b' },
    env: ['NODE_ENV=production'],
    entrypoint: ['node', 'a b.js'],
    exposedPorts: { '8080/tcp': {}, '53/udp': {} },
  })
  await closeDialog()
  await page.getByRole('link', { name: 'v1-live' }).waitFor()
})

it('a refused push of an edited image moves no tag, and can be tried again', async () => {
  await pushDockerTar(await createTestArchive(), real.url, 'team/refused', 'v1')
  const before = await getDigest(real.url, 'team/refused', 'v1')
  await page.route('**/v2/team/refused/manifests/v1', (route) =>
    route.request().method() === 'PUT'
      ? route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' }, body: '{}' })
      : route.continue(),
  )
  await openDemo({ registry: real.url, repository: 'team/refused' })
  await chooseTags('v1')
  await button('Edit settings').click()
  await field('User').fill('1000')
  await button('Show the new image').click()
  await button('Push the new image').click()
  await shows(alert(), 'You have no right to do this')
  expect(await getDigest(real.url, 'team/refused', 'v1')).toBe(before)
  await page.unroute('**/v2/team/refused/manifests/v1')
  await button('Try again').click()
  await shows(dialog(), 'The registry has the new image')
  expect(await getDigest(real.url, 'team/refused', 'v1')).not.toBe(before)
})
