import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { createTar } from 'nanotar'
import { beforeEach, expect, it } from 'vitest'
import { type Descriptor, pushDockerTar } from '../../src/index.ts'
import { accessibilityFindings, button, openDemo, page, registry, shows, useDemoPage } from '../support/demo-page.ts'
import { createLayout, withPlatform } from '../support/layout.ts'
import { unique } from '../support/published-image.ts'
import { type Watched, watchPage } from '../support/watched-page.ts'

useDemoPage()

let watched: Watched
beforeEach(async () => {
  watched = await watchPage(page)
})

const MARKUP = '<img src=evil onerror=document.title=name>'
/** Turns the direction of the text, and breaks nowhere. */
const HOSTILE = `${MARKUP}\u202e\u2066${'x'.repeat(3000)}\u0000`
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const main = () => page.getByRole('main')

interface Parts {
  readonly files?: readonly { readonly name: string; readonly data: string }[]
  readonly config?: object
  readonly annotations?: Readonly<Record<string, string>>
}

/** Pushes an image, and gives its place with the descriptors of its parts. */
async function pushImage({ files = [{ name: 'a', data: 'a' }], config = {}, annotations = {} }: Parts = {}) {
  const layout = createLayout()
  const tar = createTar([...files], { attrs: { mtime: 0 } })
  const layer = await layout.add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar))
  const rootfs = { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(tar).digest('hex')}`] }
  const document = { architecture: 'amd64', os: 'linux', rootfs, ...config }
  const settings = await layout.add('application/vnd.oci.image.config.v1+json', document)
  const fields = { schemaVersion: 2, mediaType: MANIFEST, config: settings, layers: [layer], annotations }
  const manifest = await layout.add(MANIFEST, fields)
  const other = await layout.addImage({ architecture: 'arm64' })
  const index = await layout.addIndex([withPlatform(manifest, 'linux/amd64'), withPlatform(other, 'linux/arm64')])
  layout.list({ ...index })
  const repository = `hostile/${unique()}`
  await pushDockerTar(layout.tar(), registry.url, repository, 'v1')
  return { place: { registry: registry.url, repository, reference: 'v1' }, layer, settings, manifest, other }
}

/** The registry lost something. */
async function lose({ digest }: Descriptor): Promise<void> {
  await page.route(`**/${digest}`, (route) => {
    const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/json' }
    return route.fulfill({ status: 404, headers, body: '{"errors":[{"code":"BLOB_UNKNOWN","message":"lost"}]}' })
  })
}

/** Opens all details, and looks for what is broader than the page. */
async function overflow(): Promise<number> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('main details')) details.setAttribute('open', '')
  })
  await page.waitForTimeout(500)
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

it('an image fits a phone while something of it still loads', async () => {
  const { place } = await pushImage()
  await page.route('**/referrers/**', () => undefined)
  await page.setViewportSize({ width: 320, height: 700 })
  await openDemo(place)
  await page.locator('section[aria-busy=true]').getByRole('heading', { name: 'Signatures, SBOMs' }).waitFor()
  expect(await overflow()).toBe(0)
})

it('hostile texts of an image stay text, and fit a phone, light and dark', async () => {
  await page.setViewportSize({ width: 375, height: 700 })
  const { place } = await pushImage({
    files: [{ name: `${MARKUP}.txt`, data: HOSTILE }],
    annotations: { [HOSTILE]: HOSTILE, 'org.opencontainers.image.created': HOSTILE },
    config: {
      created: HOSTILE,
      author: HOSTILE,
      config: {
        ...{ Env: [HOSTILE, `${HOSTILE}=${HOSTILE}`], Labels: { [HOSTILE]: HOSTILE }, Cmd: [HOSTILE] },
        ...{ Entrypoint: [HOSTILE], User: HOSTILE, WorkingDir: HOSTILE, StopSignal: HOSTILE },
        ...{ ExposedPorts: { [HOSTILE]: {} }, Volumes: { [HOSTILE]: {} } },
      },
      history: [{ created_by: HOSTILE, comment: HOSTILE, author: HOSTILE }],
    },
  })
  await openDemo(place)
  await button('Files of layer 1').click()
  await page.locator('.tree button').waitFor()
  await shows(main(), 'Nothing is attached')
  expect(await overflow()).toBe(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await accessibilityFindings()).toEqual([])
  }
  await page.locator('.tree button').first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Show the text' }).click()
  await page.getByRole('dialog').getByText('This is not text').waitFor()
  expect(await overflow()).toBe(0)
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.title()).not.toContain('evil')
  expect(watched.complaints).toEqual([])
})

it('the page shows what the manifest says if the registry lost the config', async () => {
  const { place, settings, layer } = await pushImage()
  await lose(settings)
  await openDemo(place)
  await shows(main(), 'The configuration of the image cannot be read')
  await shows(page.getByRole('alert'), 'The registry does not have this')
  await shows(main().locator('code'), layer.digest.slice(7, 19))
})

it('the page shows the other platforms if the registry lost one, and says which', async () => {
  const { place, manifest } = await pushImage()
  await lose(manifest)
  await openDemo(place)
  await shows(main(), 'This part of the image cannot be read. The rest can.')
  await shows(page.getByRole('link', { name: /^linux\/amd64/ }), 'not in the registry')
  await page.getByRole('link', { name: /^linux\/arm64/ }).click()
  await shows(main(), 'Layers and build steps')
  await shows(main().locator('dd'), 'linux/arm64')
})

it('the page says that a layer is lost when its files are asked for', async () => {
  const { place, layer } = await pushImage()
  await lose(layer)
  await openDemo(place)
  await button('Files of layer 1').click()
  await shows(page.getByRole('alert'), 'The registry lost data')
})

it('the page shows a layer of 50,000 files in portions', async () => {
  const files = Array.from({ length: 50_000 }, (_, index) => ({ name: `many/file-${index}`, data: 'x' }))
  const { place } = await pushImage({ files })
  await openDemo(place)
  await button('Files of layer 1').click()
  await shows(main(), 'Files: 50,000.')
  await page.locator('summary', { hasText: 'many/' }).click()
  await button('Show more (49,900 left)').click()
  await button('Show more (49,800 left)').waitFor()
  // What is shown at once is bounded: no task of the page takes long.
  expect(await page.locator('.tree .file').count()).toBe(200)
  await page.getByLabel('Find by name').fill('file-49')
  await shows(page.getByRole('status'), '1,111 found. The first 100 are shown.')
  expect(await page.locator('.tree .file').count()).toBe(100)
})
