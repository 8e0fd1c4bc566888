import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { getManifest, inspectDockerTar, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  alert,
  button,
  chooseFile,
  dropFiles,
  dropFromDesktop,
  openDemo,
  page,
  registry,
  short,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'
import { createLayout, withName } from '../support/layout.ts'
import { gzip } from '../support/packing.ts'

useDemoPage()

describe('the push form', () => {
  it('shows what is in an archive, pushes it, and shows its digest with a link and a line to copy', async () => {
    await page.getByLabel('Choose archives').waitFor()
    expect(await accessibilityFindings()).toEqual([])
    const archive = await createTestArchive()
    const { id, layers } = await inspectDockerTar(archive)
    await chooseFile('hello.tar', archive)

    const image = page.getByRole('listitem').filter({ hasText: short(id) })
    for (const text of ['team/hello:v1', 'linux/amd64', '2 layers, 20.5 kB']) await shows(image, text)
    expect(await image.first().textContent()).not.toContain('created')
    for (const [index, { digest }] of layers.entries()) {
      await shows(image.getByRole('listitem'), `COPY layer-${index} /`)
      await shows(image.getByRole('listitem'), short(digest))
    }
    expect(registry.requests).toEqual([])
    expect(await accessibilityFindings()).toEqual([])

    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
    const manifest = await getManifest(registry.url, 'team/hello', 'v1')
    const result = page.getByRole('region', { name: 'Pushed to the registry' })
    await shows(result, manifest.digest)
    await shows(result, `docker pull ${new URL(registry.url).host}/team/hello:v1`)
    expect(await accessibilityFindings()).toEqual([])
    await result.getByRole('link', { name: 'team/hello:v1' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('reference')).toBe('v1')
  })

  it('takes several archives at once, and says which file is not one', async () => {
    const archives = await Promise.all(
      ['a', 'b'].map((name) => createTestArchive({ images: [{ names: [`team/${name}:v1`] }] })),
    )
    const [a = new Uint8Array(), b = new Uint8Array()] = archives
    await page.getByLabel('Choose archives').waitFor()
    await dropFiles({ 'a.tar': a, 'b.tar': b, 'notes.txt': new TextEncoder().encode('no archive\n'.repeat(100)) })
    await shows(alert(), 'This is not an archive of images')
    expect(await accessibilityFindings()).toEqual([])
    await button('Push').click()

    for (const name of ['a', 'b']) await shows(status(), `Pushed team/${name}:v1.`)
    await shows(page.getByRole('region', { name: 'Progress of all pushes' }), '2 of 2 archives')
    for (const name of ['a', 'b']) expect(await listTags(registry.url, `team/${name}`)).toEqual(['v1'])
    await button('Remove finished archives from the list').click()
    await expect.poll(() => status().count()).toBe(1)
  })

  it('opens with what is dropped while another view is shown', async () => {
    await openDemo({ registry: registry.url })
    await page.getByRole('heading', { name: 'Repositories' }).waitFor()
    await dropFiles({ 'dropped.tar': await createTestArchive() })
    await page.getByRole('heading', { name: 'dropped.tar' }).waitFor()
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
  })

  it('reads the files of a dropped folder', async () => {
    const layout = createLayout()
    layout.list(withName(await layout.addImage(), 'team/folder:v1'))
    const folder = mkdtempSync(join(tmpdir(), 'dropped-'))
    for (const [path, data] of layout.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), data)
    }
    await button('Choose archives').waitFor()
    await dropFromDesktop(folder)
    await button('Push').click()
    await shows(status(), 'Pushed team/folder:v1.')
    rmSync(folder, { recursive: true })
  })

  it('unpacks a packed archive', async () => {
    await chooseFile('image.tar.gz', await gzip(await createTestArchive()))
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
  })

  it('goes on while another view is shown', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await page.getByRole('heading', { name: 'hello.tar' }).waitFor()
    await page.getByRole('link', { name: 'Browse' }).click()
    await page.getByRole('heading', { name: 'Repositories' }).waitFor()
    await page.getByRole('link', { name: 'Push', exact: true }).click()
    await page.getByRole('heading', { name: 'hello.tar' }).waitFor()
  })

  it('shows a new archive above those that are pushed, which are folded', async () => {
    await chooseFile('old.tar', await createTestArchive())
    await button('Push').click()
    await page.getByRole('region', { name: 'Pushed to the registry' }).waitFor()
    await chooseFile('new.tar', await createTestArchive({ images: [{ names: ['team/new:v1'] }] }))
    await shows(status(), '1 image found')
    const [older, newer] = ['old.tar', 'new.tar'].map((name) => page.getByRole('listitem', { name }))
    const [below, above] = [await older?.boundingBox(), await newer?.boundingBox()]
    expect(below?.y).toBeGreaterThan(above?.y ?? Infinity)
    expect(await older?.getByRole('region', { name: 'Pushed to the registry' }).count()).toBe(0)
    await older?.getByText('Digests and pull commands').click()
    await older?.getByRole('region', { name: 'Pushed to the registry' }).waitFor()
    expect(await accessibilityFindings()).toEqual([])
  })

  it('remembers a registry that was typed, and makes it the current one', async () => {
    await openDemo({ view: 'push' })
    await chooseFile('hello.tar', await createTestArchive())
    const { host } = new URL(registry.url)
    await page.getByRole('textbox', { name: 'Registry' }).fill(`${registry.url} `)
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
    await expect.poll(() => new URL(page.url()).searchParams.get('registry')).toBe(registry.url)
    await shows(page.getByRole('banner'), host)
    await shows(page.getByRole('region', { name: 'Pushed to the registry' }), 'team/hello:v1')
    await page.getByRole('link', { name: 'Browse' }).click()
    await page.getByRole('link', { name: 'team/hello' }).waitFor()
    await page.getByRole('banner').getByText(host).click()
    await page.getByRole('link', { name: host }).first().waitFor()
    expect(await page.evaluate(() => localStorage.getItem('registries'))).toBe(
      JSON.stringify([{ address: registry.url, repositories: ['team/hello'] }]),
    )
  })

  it('counts no request to a real registry as failed', async () => {
    const url = inject('registryUrl')
    const repository = `page/${Date.now().toString(36)}`
    const [methods, failed] = [new Set<string>(), [] as string[]]
    page.on('requestfinished', (request) => methods.add(request.method()))
    page.on('requestfailed', (request) => failed.push(`${request.method()} ${request.url()}`))
    await openDemo({ registry: url, view: 'push' })
    await chooseFile('hello.tar', await createTestArchive({ images: [{ layers: [{ big: 'a'.repeat(6 * 2 ** 20) }] }] }))
    await page.getByRole('textbox', { name: 'Repository' }).fill(repository)
    await button('Push').click()
    await shows(status(), `Pushed ${repository}:v1.`)
    expect([...methods]).toEqual(expect.arrayContaining(['GET', 'HEAD', 'POST', 'PATCH', 'PUT']))
    expect(failed).toEqual([])
  })
})
