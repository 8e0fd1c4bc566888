import { afterAll, beforeAll, expect, it } from 'vitest'
import { getImageInfo, listTagDetails, openRegistry, pushDockerTar, sumSizes } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  alertText,
  button,
  openDemo,
  page,
  registry,
  useDemoPage,
} from '../support/demo-page.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { addAttestationImage } from '../support/packed-images.ts'
import { publishImage } from '../support/published-image.ts'

// The lists of registries, repositories and tags.

useDemoPage()

let real: Distribution
beforeAll(async () => {
  real = await startDistribution()
})
afterAll(() => real?.stop())

/** Pushes an image under each tag. All of them share a layer. */
async function pushTags(url: string, repository: string, ...tags: readonly string[]): Promise<void> {
  for (const tag of tags) {
    const layers: Record<string, string>[] = [{ base: 'x'.repeat(50_000) }, { file: 'x'.repeat(20_000 * tag.length) }]
    await pushDockerTar(await createTestArchive({ images: [{ layers }] }), url, repository, tag)
  }
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(bytes < 99_500 ? 1 : 0)} kB`
const table = () => page.getByRole('table')
const tagsShown = () => table().locator('tbody th').allInnerTexts()
const cell = (tag: string, name: string) => table().locator(`tr[data-tag="${tag}"] .${name}`)
const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()

it('the page lists the repositories of a real registry by namespace, and the tags of one', async () => {
  await pushTags(real.url, 'team/hello', 'v9', 'v10')
  await pushTags(real.url, 'team/other', 'v1')
  await pushTags(real.url, 'alone', 'v1')
  await openDemo({ registry: real.url })
  await said('Repositories: 3')
  expect(await page.locator('.list').getByRole('link').allInnerTexts()).toEqual(['alone'])
  expect(await accessibilityFindings()).toEqual([])

  await page.getByText('team/').click()
  await page.getByRole('link', { name: 'hello' }).click()
  await page.getByRole('heading', { name: 'team/hello' }).waitFor()
  await page.getByRole('link', { name: 'v10' }).waitFor()
  await expect.poll(tagsShown).toEqual(['v10', 'v9'])

  const { totalSize } = await getImageInfo(real.url, 'team/hello', 'v10')
  await cell('v10', 'size')
    .filter({ hasText: kilobytes(totalSize) })
    .waitFor()
  expect(await cell('v10', 'platforms').innerText()).toBe('linux/amd64')
  expect(await cell('v10', 'kind').innerText()).toBe('Image')
  const rows = []
  for await (const row of listTagDetails(real.url, 'team/hello')) rows.push(row)
  await said(`Tags: 2 · ${kilobytes(sumSizes(rows))} in total (shared layers are counted once)`)
  expect(await accessibilityFindings()).toEqual([])

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('Language').selectOption('한국어')
  await page.keyboard.press('Escape')
  await said('태그: 2개')
  await page.getByRole('link', { name: '둘러보기' }).click()
  await page.getByRole('heading', { name: '리포지토리' }).waitFor()
})

it('the tags are put in order, filtered and chosen, also with the keyboard', async () => {
  await pushTags(registry.url, 'team/order', 'v1', 'v10', 'v2-long-name', 'other')
  await openDemo({ registry: registry.url, repository: 'team/order' })
  await said('Tags: 4')
  // A tag that is there: without one, Docker wants "latest".
  await page.getByText(`docker pull ${new URL(registry.url).host}/team/order:v10`).waitFor()
  await expect.poll(tagsShown).toEqual(['v10', 'v2-long-name', 'v1', 'other'])
  const header = (name: string) => table().getByRole('columnheader', { name })
  await header('Tag').getByRole('button').click()
  await expect.poll(tagsShown).toEqual(['other', 'v1', 'v10', 'v2-long-name'])
  expect(await header('Tag').getAttribute('aria-sort')).toBe('ascending')
  await page.getByLabel('Order', { exact: true }).selectOption('Largest')
  await expect.poll(tagsShown).toEqual(['v2-long-name', 'other', 'v10', 'v1'])
  await header('Size').getByRole('button').click()
  await expect.poll(tagsShown).toEqual(['v1', 'v10', 'other', 'v2-long-name'])

  const filter = page.getByRole('searchbox')
  await filter.fill('v1*')
  await expect.poll(tagsShown).toEqual(['v1', 'v10'])
  // Filter and order are there again on the way back.
  await page.getByRole('link', { name: 'v1', exact: true }).click()
  await page.getByRole('heading', { name: 'team/order:v1' }).waitFor()
  await page.goBack()
  await expect.poll(tagsShown).toEqual(['v1', 'v10'])
  expect(await filter.inputValue()).toBe('v1*')
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({ filter: 'v1*', order: 'smallest' })
  await filter.fill('LONG')
  await expect.poll(tagsShown).toEqual(['v2-long-name'])
  await filter.fill('nothing')
  await page.getByText('No tag matches "nothing".').waitFor()
  await filter.fill('')

  await page.getByRole('checkbox', { name: 'Select v1', exact: true }).focus()
  await page.keyboard.press('Space')
  await page.getByRole('checkbox', { name: 'Select other' }).click({ modifiers: ['Shift'] })
  await said('Selected: 3')
  await button('Clear the selection').click()
  await page.getByRole('checkbox', { name: 'Select all 4 tags' }).check()
  await said('Selected: 4')
})

it('an index shows its platforms without its attestations, and signatures are shown on demand', async () => {
  const others = ['linux/s390x', 'linux/riscv64']
  const image = await publishImage(real.url, { others, attest: addAttestationImage, isSigned: true })
  await openDemo({ registry: real.url, repository: image.repository })
  await cell('v1', 'kind').filter({ hasText: 'Multi-platform' }).waitFor()
  expect((await cell('v1', 'platforms').innerText()).split(', ')).toHaveLength(3)
  expect(await page.getByRole('main').innerText()).not.toContain('unknown')
  await expect.poll(tagsShown).toEqual(['v1'])
  // cosign's tag, and the list of referrers of a registry without their API.
  await page.getByLabel('Show signatures and other tags from tools (2)').check()
  await cell(`${image.image.replace(':', '-')}.sig`, 'kind')
    .filter({ hasText: 'Signature' })
    .waitFor()
  await cell(image.digest.replace(':', '-'), 'kind').filter({ hasText: 'List of referrers' }).waitFor()
})

it('a tag that is deleted while the tags are read vanishes, and a new one is no error', async () => {
  await pushTags(registry.url, 'team/moving', 'a', 'b')
  await page.route('**/v2/team/moving/tags/list*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { tags: ['a', 'b', 'gone'] } })
  })
  await openDemo({ registry: registry.url, repository: 'team/moving' })
  await said(/^Tags: 2 · [\d.]+ kB in total \(shared layers are counted once\)$/)
  await expect.poll(tagsShown).toEqual(['a', 'b'])
  expect(await alertText()).toBe('')
})

it('a repository that does not exist is told as such', async () => {
  for (const { url } of [registry, real]) {
    await openDemo({ registry: url, repository: 'team/none' })
    await page.getByRole('heading', { name: 'There is no repository "team/none" here' }).waitFor()
  }
  await page.getByRole('link', { name: 'All repositories' }).click()
  await page.getByRole('heading', { name: 'Repositories' }).waitFor()
  expect(openRegistry(real.url).url).toBe(`${real.url}/`)
})
