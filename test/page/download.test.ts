import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, expect, inject, it } from 'vitest'
import { getManifest, isIndex, type PullOptions, pullDockerTar, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { accessibilityFindings, button, openDemo, page, registry, shows, useDemoPage } from '../support/demo-page.ts'
import { addAttestationArtifact, HERE, THERE } from '../support/packed-images.ts'
import { publishImage, unique } from '../support/published-image.ts'

useDemoPage()

const folder = mkdtempSync(join(tmpdir(), 'download-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const downloads = () => page.getByRole('region', { name: 'Downloads' })

/** Takes the picker away, as in Firefox and on plain http. */
async function removePicker(): Promise<void> {
  await page.addInitScript(() => Object.assign(globalThis, { showSaveFilePicker: undefined }))
}

/** A user who chooses a file: in a private folder of the browser, since no test can use the browser's own dialog. */
async function choosePrivateFile(): Promise<void> {
  await page.addInitScript(() => {
    const showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) => {
      const folder = await navigator.storage.getDirectory()
      return folder.getFileHandle(suggestedName, { create: true })
    }
    Object.assign(globalThis, { showSaveFilePicker })
  })
}

/** The file in that folder. */
function readPrivateFile(page: Page, name: string): Promise<readonly number[] | undefined> {
  return page.evaluate(async (name) => {
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle(name).catch(() => undefined)
    return handle && [...new Uint8Array(await (await handle.getFile()).arrayBuffer())]
  }, name)
}

/** The size of the file in that folder, in bytes. */
function privateFileSize(name: string): Promise<number | undefined> {
  return page.evaluate(async (name) => {
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle(name).catch(() => undefined)
    return (await handle?.getFile())?.size
  }, name)
}

async function expectedTar(url: string, repository: string, reference: string, options: PullOptions = {}) {
  const pulled = await pullDockerTar(url, repository, reference, options)
  const bytes = Buffer.from(await new Response(pulled.stream()).arrayBuffer())
  await pulled.close()
  return bytes
}

async function openImage(url: string, repository: string, reference: string): Promise<void> {
  await openDemo({ registry: url, repository, reference })
  await button('Download').click()
}

it('the download dialog begins with the platform that the user looks at', async () => {
  const image = await publishImage(inject('registryUrl'), { others: [THERE] })
  await openDemo({ registry: inject('registryUrl'), repository: image.repository, reference: image.tag })
  const chosen = async () => {
    await button('Download').click()
    const value = await page.getByRole('dialog').getByLabel('Platform').inputValue()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    return value
  }
  expect(await chosen()).toBe('')
  await page.getByRole('link', { name: THERE }).click()
  await page.locator(`a[aria-current=true]`, { hasText: THERE }).waitFor()
  expect(await chosen()).toBe(THERE)
})

it('the page saves one platform of an image of distribution as a tar that skopeo reads', async () => {
  await removePicker()
  const url = inject('registryUrl')
  const image = await publishImage(url, { others: [THERE], attest: addAttestationArtifact })
  await openImage(url, image.repository, image.tag)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Platform').selectOption(HERE)
  await dialog.getByLabel('For use with').selectOption('docker')
  expect(await accessibilityFindings()).toEqual([])
  await page.waitForFunction(
    () => document.querySelector<HTMLButtonElement>('dialog footer button:last-child')?.disabled === false,
  )
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save' }).click(),
  ])
  await shows(downloads(), 'Saved,')
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  const expected = await expectedTar(url, image.repository, image.tag, { platform: HERE, format: 'docker' })
  expect(readFileSync(path).equals(expected)).toBe(true)
  const told = JSON.parse(execFileSync('skopeo', ['inspect', `docker-archive:${path}`]).toString())
  expect(`${told.Os}/${told.Architecture}`).toBe(HERE)
  expect(told.Layers.length).toBe(2)
})

it('the page writes all platforms into the file that the user chose, byte for byte', async () => {
  await choosePrivateFile()
  const url = inject('registryUrl')
  const image = await publishImage(url, { others: [THERE], attest: addAttestationArtifact })
  await openImage(url, image.repository, image.tag)
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await shows(downloads(), 'Saved,')
  const name = (await downloads().locator('bdi').textContent()) ?? ''
  const saved = Buffer.from((await readPrivateFile(page, name)) ?? [])
  expect(saved.equals(await expectedTar(url, image.repository, image.tag))).toBe(true)
  expect(await accessibilityFindings()).toEqual([])
  await page.getByRole('link', { name: 'Check', exact: true }).click()
  await downloads().waitFor({ state: 'detached' })
})

it('the page pauses a download and goes on; a cancelled one leaves no file', async () => {
  await choosePrivateFile()
  const repository = `kept/${unique()}`
  const archive = await createTestArchive({ images: [{ layers: [{ text: 'x'.repeat(3e6) }] }] })
  await pushDockerTar(archive, registry.url, repository, 'v1')
  const { manifest } = await getManifest(registry.url, repository, 'v1')
  const [layer] = isIndex(manifest) ? [] : manifest.layers
  const hold = async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(`**/blobs/${layer?.digest}`, async (route) => {
      await held
      await route.continue().catch(() => undefined)
    })
    return release
  }
  const save = async () => {
    await button('Download').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  }
  const release = await hold()
  await openDemo({ registry: registry.url, repository, reference: 'v1' })
  await save()
  await downloads()
    .getByRole('button', { name: /^Pause: / })
    .click()
  await shows(downloads(), 'Paused at')
  release()
  await page.waitForTimeout(300)
  await shows(downloads(), 'Paused at')
  await downloads()
    .getByRole('button', { name: /^Resume: / })
    .click()
  await shows(downloads(), 'Saved,')
  const name = (await downloads().locator('bdi').textContent()) ?? ''
  expect(await privateFileSize(name)).toBeGreaterThan(3e6)
  await downloads()
    .getByRole('button', { name: /^Remove/ })
    .click()

  await page.unroute(`**/blobs/${layer?.digest}`)
  const releaseLater = await hold()
  await save()
  await downloads()
    .getByRole('button', { name: /^Cancel: / })
    .click()
  await shows(downloads(), 'Cancelled. Nothing was saved.')
  releaseLater()
  // The file of the first download was there before. Another try leaves it as it was.
  expect(await privateFileSize(name)).toBeGreaterThan(3e6)
})
