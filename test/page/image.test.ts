import { readFileSync } from 'node:fs'
import { createTar } from 'nanotar'
import { expect, inject, it } from 'vitest'
import { pushDockerTar } from '../../src/index.ts'
import { accessibilityFindings, button, openDemo, page, registry, shows, useDemoPage } from '../support/demo-page.ts'
import { createLayout } from '../support/layout.ts'
import { addAttestationArtifact, HERE, THERE } from '../support/packed-images.ts'
import { publishImage, unique } from '../support/published-image.ts'

useDemoPage()

const main = () => page.getByRole('main')

/** Pushes an archive of `test/archives`, or one that a test made. */
async function pushed(archive: string | Uint8Array, url = registry.url) {
  const repository = `look/${unique()}`
  const bytes = typeof archive === 'string' ? readFileSync(`test/archives/${archive}.tar`) : archive
  const digest = await pushDockerTar(bytes, url, repository, 'v1')
  return { registry: url, repository, reference: 'v1', digest }
}

async function open({ registry, repository, reference }: Awaited<ReturnType<typeof pushed>>) {
  await openDemo({ registry, repository, reference })
  await page.getByRole('heading', { name: `${repository}:${reference}` }).waitFor()
}

it('the page shows the platforms of an index of BuildKit, its build steps and its attestations', async () => {
  const place = await pushed('buildkit-0.33-oci', inject('registryUrl'))
  await open(place)
  const host = new URL(place.registry).host
  await shows(main(), `docker pull ${host}/${place.repository}:v1`)
  await shows(main(), `docker pull ${host}/${place.repository}@${place.digest}`)
  const platforms = page.getByRole('region', { name: 'Platforms' })
  await shows(platforms.getByRole('link', { name: 'linux/amd64' }), '1.4 kB')
  expect(await platforms.locator('[aria-current]').innerText()).toContain('linux/amd64')
  expect(await platforms.innerText()).not.toContain('unknown')

  const steps = page.getByRole('region', { name: 'Layers and build steps' }).getByRole('listitem')
  expect(await steps.count()).toBe(5)
  expect(await steps.nth(0).innerText()).toMatch(/^COPY app\/main.js \/app\/main.js\s+158 bytes/)
  expect(await steps.nth(1).innerText()).toMatch(/^ENV A=b\s+no layer$/)
  await page.getByText('Environment variables (2)').click()
  await shows(main().locator('dl'), 'PATH')

  const attached = page.getByRole('region', { name: 'Signatures, SBOMs and attestations' }).getByRole('listitem')
  await shows(attached, 'Build attestation: how it was built for linux/arm64')
  await attached.first().getByText('Files', { exact: true }).click()
  await attached
    .first()
    .getByRole('button', { name: /^Show: / })
    .click()
  await shows(
    attached.first().getByRole('region', { name: /^Text of / }),
    '"predicateType": "https://slsa.dev/provenance/',
  )
  expect(await accessibilityFindings()).toEqual([])

  await platforms.getByRole('link', { name: 'linux/arm64' }).click()
  await shows(main().locator('dd'), 'linux/arm64')
  await page.waitForFunction(() =>
    document.querySelector('.choices [aria-current=true]')?.textContent?.includes('arm64'),
  )
  expect(new URL(page.url()).searchParams.get('part')).toBe('linux/arm64')
})

it('the page saves the manifest and the config of an image, byte for byte', async () => {
  const place = await pushed('jib-3.4')
  await open(place)
  await page.getByText('Manifest', { exact: true }).click()
  await shows(page.getByRole('region', { name: 'Text of Manifest' }), '"schemaVersion": 2')
  const documents = page.getByRole('region', { name: 'Original documents' })
  const saved = await savedBy(() => documents.getByRole('button', { name: 'Save', exact: true }).click())
  expect(saved.name).toBe('manifest.json')
  const answer = await fetch(new URL(`v2/${place.repository}/manifests/${place.digest}`, place.registry))
  expect(saved.text).toBe(await answer.text())
  const config = await savedBy(() => button('Save: config.json').click())
  expect(JSON.parse(saved.text).config.size).toBe(config.text.length)
})

it('the page lists the files of a layer with what it deletes, finds them, shows a text and saves one', async () => {
  const place = await pushed(
    await layoutOf([
      { 'etc/motd': 'hello', 'etc/app/settings.json': '{"a":1}', 'bin/tool': 'tool\0' },
      { 'etc/.wh.motd': '', 'var/log/app.log': 'started\n' },
    ]),
  )
  await open(place)
  await button('Files of layer 2').click()
  await shows(main(), 'Files: 1. Folders: 3.')
  await shows(main(), 'Deleted from the layers below: 1.')
  await page.locator('summary', { hasText: 'etc/' }).click()
  await shows(page.locator('.tree button'), 'motd deleted by this layer')

  await page.getByLabel('Show the files of').selectOption({ index: 1 })
  await shows(main(), 'Files: 3. Folders: 5. Size: 20 bytes.')
  await page.getByLabel('Find by name').fill('SETTINGS')
  await shows(page.getByRole('status'), '1 found')
  await button('etc/app/settings.json 7 bytes').click()
  const dialog = page.getByRole('dialog')
  await shows(dialog.locator('dl'), /Layer\s*sha256:/)
  await dialog.getByRole('button', { name: 'Show the text' }).click()
  await shows(dialog.getByRole('region'), '{ "a": 1 }')
  expect(await accessibilityFindings()).toEqual([])
  const saved = await savedBy(() => dialog.getByRole('button', { name: 'Save' }).click())
  expect(saved).toEqual({ name: 'settings.json', text: '{"a":1}' })
})

it('the page shows a chart of Helm as what it is, with its files', async () => {
  const layout = createLayout()
  const config = await layout.add('application/vnd.cncf.helm.config.v1+json', { name: 'web', version: '1.2.3' })
  const chart = await layout.add('application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'a chart')
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [chart] })) })
  await open(await pushed(layout.tar()))
  await shows(main().locator('dd'), 'Helm chart')
  expect(await main().innerText()).not.toContain('docker pull')
  await button('Show: Configuration').click()
  await shows(page.getByRole('region', { name: 'Text of Configuration' }), '"version": "1.2.3"')
  expect(await accessibilityFindings()).toEqual([])
})

it('the page names what is attached to an image: signatures of cosign and of others', async () => {
  const url = inject('registryUrl')
  const image = await publishImage(url, { others: [THERE], attest: addAttestationArtifact, isSigned: true })
  await open({ ...image, registry: url, reference: image.tag })
  const attached = page.getByRole('region', { name: 'Signatures, SBOMs and attestations' }).getByRole('listitem')
  await shows(attached, `Signature (cosign) for ${HERE}`)
  await shows(attached, `Build attestation for ${HERE}`)
  await shows(attached, 'Attached files')
  await shows(attached, 'application/vnd.test.signature')
})

/** What a click saves. */
async function savedBy(click: () => Promise<void>): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
}

/** An archive of one image with these layers. */
async function layoutOf(layers: readonly Readonly<Record<string, string>>[]): Promise<Uint8Array> {
  const layout = createLayout()
  const added = []
  for (const files of layers) {
    const entries = Object.entries(files).map(([name, data]) => ({ name, data }))
    added.push(await layout.add('application/vnd.oci.image.layer.v1.tar', createTar(entries)))
  }
  const rootfs = { type: 'layers', diff_ids: added.map(({ digest }) => digest) }
  const platform = { architecture: 'amd64', os: 'linux' }
  const config = await layout.add('application/vnd.oci.image.config.v1+json', { ...platform, config: {}, rootfs })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: added })) })
  return layout.tar()
}
