import { expect, inject, it } from 'vitest'
import { editImage, openImage, pushDockerTar, pushImage } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { accessibilityFindings, button, openDemo, page, registry, shows, useDemoPage } from '../support/demo-page.ts'
import { publishImage, unique } from '../support/published-image.ts'

useDemoPage()

const main = () => page.getByRole('main')

/** Two images: the second has another layer, another file, and another variable. */
async function pushTwo(url: string): Promise<string> {
  const repository = `compared/${unique()}`
  const base = { 'etc/motd': 'hello', 'etc/gone': 'gone' }
  const versions: Readonly<Record<string, string>>[] = [
    { 'app/main.js': 'one' },
    { 'app/main.js': 'second', 'app/new.js': 'new' },
  ]
  for (const [index, files] of versions.entries()) {
    const archive = await createTestArchive({ images: [{ layers: [base, files] }] })
    await pushDockerTar(archive, url, repository, `v${index + 1}`)
  }
  const edited = await editImage(await openImage(url, repository, 'v2'), { env: { MODE: 'fast' } })
  await pushImage(edited, url, repository, 'v2')
  return repository
}

it('the page compares two tags: layers, settings and files', async () => {
  const url = inject('registryUrl')
  const repository = await pushTwo(url)
  // The older one is the first, in whatever order they are chosen.
  await openDemo({ registry: url, repository })
  await page.getByRole('checkbox', { name: 'Select v2' }).check()
  await page.getByRole('checkbox', { name: 'Select v1' }).check()
  await page.getByRole('link', { name: 'Compare' }).click()
  expect(await page.getByLabel('First image').inputValue()).toBe(`${repository}:v1`)
  await expect
    .poll(() => page.locator('#compare-tags option').evaluateAll((all) => all.map((one) => one.getAttribute('value'))))
    .toEqual([`${repository}:v2`, `${repository}:v1`])
  await shows(main(), 'Only in the first (1,')
  await shows(main(), 'In both (1,')
  const row = page.getByRole('row', { name: /^env: MODE/ })
  await shows(row, 'not set')
  await shows(row, 'fast')

  await button('Swap').click()
  await shows(main(), 'Only in the second (1,')
  expect(await page.getByLabel('Second image').inputValue()).toBe(`${repository}:v1`)
  await button('Swap').click()
  await shows(main(), 'Only in the first (1,')
  const crumbs = page.getByRole('navigation', { name: 'Where you are' })
  expect(await crumbs.getByRole('link').allInnerTexts()).toEqual([new URL(url).host, repository, 'v1'])

  await shows(main(), /the page reads all layers of both images: [\d.]+ kB/)
  await button('Compare the files').click()
  await shows(main(), 'Added: 1. Removed: 0. Changed: 1.')
  const files = page.locator('.changes').getByRole('listitem')
  expect((await files.allInnerTexts()).map((text) => text.trim())).toEqual([
    expect.stringMatching(/^changed app\/main.js 3 bytes → 6 bytes/),
    expect.stringMatching(/^added app\/new.js 3 bytes/),
  ])
  expect(await accessibilityFindings()).toEqual([])

  await page.getByLabel('Second image').fill(`${repository}:v1`)
  await button('Compare').click()
  await shows(page.getByRole('status'), 'Both are the same image.')
  expect(new URL(page.url()).searchParams.get('with')).toBe(`${repository}:v1`)
})

it('the page compares the platform of indexes that is chosen, and tells what does not exist', async () => {
  const platforms = ['linux/riscv64', 'linux/s390x']
  const [one, other] = [
    await publishImage(registry.url, { others: platforms }),
    await publishImage(registry.url, { others: platforms }),
  ]
  const second = `${other.repository}:${other.tag}`
  await openDemo({
    ...{ registry: registry.url, view: 'compare', with: second },
    ...{ repository: one.repository, reference: one.tag },
  })
  await page.getByLabel('Platform').selectOption('linux/s390x')
  await page.waitForURL((address) => address.searchParams.get('part') === 'linux/s390x')
  await shows(main(), 'Only in the second (2,')

  await page.getByLabel('Second image').fill('no-such-tag')
  await button('Compare').click()
  await shows(page.getByRole('alert'), `The registry does not have ${one.repository}:no-such-tag`)
})
