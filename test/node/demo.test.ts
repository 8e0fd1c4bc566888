import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { getImageInfo, getManifest, inspectDockerTar, listRepositories } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  alert,
  button,
  chooseFile,
  destination,
  dropFromDesktop,
  page,
  registry,
  short,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'
import { blobPath, createLayout, withName, withPlatform } from '../support/layout.ts'
import { gzip } from '../support/packing.ts'
import { multiPlatform, pulledPlatforms } from '../support/producers.ts'

useDemoPage()

const TWO_IMAGES = {
  images: [
    { names: ['team/hello:v1', 'localhost:5000/team/hello:latest'] },
    { names: ['ghcr.io/acme/worker:2.0'], architecture: 'arm64', layers: [{ worker: 'works' }] },
  ],
}

describe('the demo page with an archive', () => {
  it('shows name, platform, date and every layer with digest, size and build step', async () => {
    const archive = await createTestArchive()
    const { id, layers } = await inspectDockerTar(archive)
    await chooseFile('hello.tar', archive)

    const image = page.getByRole('region', { name: 'Image' })
    await shows(image, 'team/hello:v1')
    await shows(image, 'linux/amd64')
    await shows(image, 'Jan 1, 1970')
    await shows(image, short(id))
    await shows(image, '2 layers, 20.5 kB')
    // It has one platform only.
    expect(await page.getByLabel('Platforms').isVisible()).toBe(false)
    const items = await image.getByRole('listitem').allTextContents()
    expect(items).toEqual(layers.map(({ digest }, position) => `COPY layer-${position} /${short(digest)}10.2 kB`))
    expect(await destination()).toEqual({ registry: registry.url, repository: 'team/hello', tag: 'v1' })
    expect(registry.requests).toEqual([])
  })

  it('reads a dropped archive', async () => {
    const archive = await createTestArchive()
    const dataTransfer = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.tar'))
      return transfer
    }, Array.from(archive))
    await page.locator('#drop').dispatchEvent('drop', { dataTransfer })

    await shows(page.locator('main'), 'dropped.tar')
    await shows(page.getByRole('region', { name: 'Image' }), 'team/hello:v1')
  })

  it('says that it reads only the first when several files are dropped', async () => {
    const archive = Array.from(await createTestArchive())
    const dataTransfer = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer()
      for (const name of ['a.tar', 'b.tar']) transfer.items.add(new File([new Uint8Array(bytes)], name))
      return transfer
    }, archive)
    await page.locator('#drop').dispatchEvent('drop', { dataTransfer })

    await shows(status(), '1 image found. Nothing is sent yet. Only the first of 2 dropped files was opened.')
  })

  it('reads the files of a dropped folder', async () => {
    const layout = createLayout()
    layout.list(withName(await layout.addImage(), 'team/folder:v1'))
    const folder = mkdtempSync(join(tmpdir(), 'dropped-'))
    for (const [path, data] of layout.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), data)
    }
    await dropFromDesktop(folder)

    await shows(page.getByRole('region', { name: 'Image' }), 'team/folder:v1')
    await button('Push').click()
    await shows(status(), 'Pushed team/folder:v1.')
    rmSync(folder, { recursive: true })
  })

  it('unpacks a packed archive', async () => {
    await chooseFile('image.tar.gz', await gzip(await createTestArchive()))

    await shows(page.getByRole('region', { name: 'Image' }), 'team/hello:v1')
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
  })

  it('says which platform is missing, and offers to push the others', async () => {
    const { layout, index, amd64, arm64 } = await multiPlatform()
    layout.files.delete(blobPath(arm64.digest))
    layout.list(withName(index, 'team/multi:v1'))
    await chooseFile('sparse.tar', layout.tar())

    const image = page.getByRole('region', { name: 'Image' })
    await shows(image, 'linux/amd64')
    await shows(image, 'Not in the archive')
    await shows(image, 'linux/arm64/v8')
    await shows(image, 'linux/amd64 alone, as "docker push" does')
    const platforms = page.getByRole('combobox', { name: 'Platforms' })
    expect(await platforms.locator('option').allTextContents()).toEqual([
      'Those in the archive (a new index)',
      'Only linux/amd64',
    ])
    expect(await platforms.inputValue()).toBe('linux/amd64')
    const note = page.locator('#platforms-note')
    await shows(
      note,
      "The archive lacks linux/arm64/v8 of this image. Only linux/amd64 is pushed, under the image's name.",
    )
    await platforms.selectOption('Those in the archive (a new index)')
    await shows(note, 'What is pushed lists linux/amd64 alone, and so has a digest of its own.')
    await platforms.selectOption('Only linux/amd64')
    expect(registry.requests).toEqual([])
    await button('Push').click()
    await shows(status(), 'Pushed team/multi:v1.')
    expect((await getManifest(registry.url, 'team/multi', 'v1')).digest).toBe(amd64.digest)
  })

  it('says that a part is missing when it is in a nested index', async () => {
    const { layout, index, arm64, attestation } = await multiPlatform()
    for (const { digest } of [arm64, attestation]) layout.files.delete(blobPath(digest))
    layout.list(withName(await layout.addIndex([{ ...index }]), 'team/multi:v1'))
    await chooseFile('nested.tar', layout.tar())
    const note = page.locator('#platforms-note')
    await shows(note, 'The archive lacks linux/arm64/v8, 1 attestation of this image. Only linux/amd64 is pushed')
  })

  it('fills in the names of the chosen image and pushes that image when there are several', async () => {
    const archive = await createTestArchive(TWO_IMAGES)
    const { layers } = await inspectDockerTar(archive, { image: 1 })
    await chooseFile('two.tar', archive)
    await shows(page.getByRole('heading'), '2 images')
    await shows(page.locator('label'), 'By all its names: team/hello:v1, team/hello:latest')
    await page.getByRole('radio', { name: 'ghcr.io/acme/worker:2.0' }).check()
    expect(await destination()).toMatchObject({ repository: 'acme/worker', tag: '2.0' })
    await button('Push').click()

    await shows(status(), 'Pushed acme/worker:2.0.')
    expect(await listRepositories(registry.url)).toEqual(['acme/worker'])
    const { manifest } = await getManifest(registry.url, 'acme/worker', '2.0')
    expect(manifest).toMatchObject({ layers: layers.map(({ digest }) => ({ digest })) })
  })

  it('shows an alert with the reason and no form when the file is not an archive', async () => {
    await chooseFile('notes.txt', new TextEncoder().encode('no archive\n'.repeat(100)))

    await shows(alert(), 'This file cannot be read')
    await shows(alert(), 'Cannot open the archive: ')
    expect(await button('Push').isVisible()).toBe(false)
  })

  it('says what it pushes, and pushes that, when Docker 29 saved a pulled image', async () => {
    const { layout } = await pulledPlatforms(['amd64'], ['arm64', 's390x'])
    await chooseFile('pulled.tar', layout.tar())

    const note = page.locator('#platforms-note')
    await shows(note, "Only linux/amd64 is pushed, under the image's name.")
    await shows(note, 'The archive lacks linux/arm64, linux/s390x, 3 attestations of this image.')
    expect(registry.requests).toEqual([])
    await page.getByRole('textbox', { name: 'Repository' }).fill('team/pulled')
    await button('Push').click()
    await shows(status(), 'Pushed team/pulled:')
    expect((await getImageInfo(registry.url, 'team/pulled', (await destination()).tag)).architecture).toBe('amd64')
  })

  it('says that a name is not valid, and pushes the image by the other name', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'Not A Name!'), withName(image, 'team/good:v1'))
    await chooseFile('odd.tar', layout.tar())
    await shows(page.getByRole('region', { name: /image/i }), 'Not A Name!')
    await page.getByRole('textbox', { name: 'Repository' }).fill('team/good')
    await button('Push').click()
    await shows(status(), 'Pushed team/good:')
  })

  it('shows markup as text when it is in the archive or in an answer of the registry', async () => {
    const markup = '<img src=evil onerror=document.title=name>'
    const layout = createLayout()
    const layer = await layout.add('application/vnd.oci.image.layer.v1.tar', 'a layer')
    const config = await layout.add('application/vnd.oci.image.config.v1+json', {
      os: 'linux',
      architecture: markup,
      created: markup,
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
      history: [{ created_by: `RUN ${markup}` }],
    })
    const type = 'application/vnd.oci.image.manifest.v1+json'
    const manifest = await layout.add(type, { schemaVersion: 2, config, layers: [layer] })
    const missing: typeof manifest = { ...manifest, digest: `sha256:${'0'.repeat(64)}` }
    const index = await layout.addIndex([{ ...manifest }, withPlatform(missing, `windows/${markup}`)])
    layout.list(withName(index, markup), { ...(await layout.addImage()) }, { ...layer, mediaType: markup })
    await page.route('**/v2/**', (route) => {
      const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/json' }
      const body = JSON.stringify({ errors: [{ code: 'DENIED', message: markup }] })
      return route.fulfill({ status: 403, headers, body })
    })
    await chooseFile(`${markup}.tar`, layout.tar())
    const places = [
      page.locator('#file-name'),
      page.getByRole('radio', { name: markup }).locator('..'),
      ...['Name', 'Platform', 'Not in the archive', 'Created'].map((term) =>
        page.locator('dt', { hasText: term }).locator('+ dd'),
      ),
      page.getByRole('list', { name: 'Warnings' }),
      page.locator('.step'),
      page.locator('option', { hasText: 'Only' }),
    ]
    for (const place of places) await expect.poll(() => place.first().textContent()).toContain(markup)
    await page.getByRole('textbox', { name: 'Repository' }).fill('a')
    await page.getByRole('textbox', { name: 'Tag' }).fill('v1')
    await button('Push').click()
    await shows(alert(), markup)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('Not pushed – Push an image')
  })

  it('shows markup as text when it is in the names of an image', async () => {
    await chooseFile('evil.tar', await createTestArchive({ images: [{ names: ['<img src=evil>:v1'] }] }))

    await shows(page.getByRole('region', { name: 'Image' }), '<img src=evil>:v1')
    expect(await page.locator('img').count()).toBe(0)
    // It is none to push by, but the form has fields for one.
    await page.getByRole('textbox', { name: 'Repository' }).fill('a')
    await page.getByRole('textbox', { name: 'Tag' }).fill('v1')
    await button('Push').click()
    await shows(status(), 'Pushed a:v1.')
  })
})
