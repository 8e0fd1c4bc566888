import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { openRegistry, pullDockerTar } from 'registry-api-v2-client/node'
import { createTestRegistry } from 'registry-api-v2-client/testing'
import { bringChromium } from './find/chromium.js'
import { servePage } from './page/site.js'
import { VIEWS } from './page/views.js'
import { fillWithSamples } from './sample/registry.js'
import { NOW } from './sample/repositories.js'

// Takes the pictures of the docs: the views of the page, with samples in a registry in memory: npm run screenshots [-- --view tags --view push]
// The browser takes page and registry for one origin of this name.

const HOST = 'registry.example.com'
const PICTURES = fileURLToPath(new URL('../docs/pictures', import.meta.url))

/** @type {Readonly<Record<string, { colorScheme: 'light' | 'dark', viewport: { width: number, height: number } }>>} */
const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1200, height: 750 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 750 } },
  phone: { colorScheme: 'light', viewport: { width: 375, height: 750 } },
}
/** In pixels of the page: what is further down is cut off. */
const MAX_HEIGHT = 1600
/** Below the last part of a view. */
const MARGIN = 32

const { values } = parseArgs({ options: { view: { type: 'string', multiple: true } } })
const folder = mkdtempSync(join(tmpdir(), 'screenshots-'))
const registry = createTestRegistry()
const handle = openRegistry(`http://${HOST}`, { fetch: registry.fetch })
await fillWithSamples(handle)
const archive = join(folder, 'shop-web-2.0.0.tar')
await pullDockerTar(handle, 'shop/web', '2.0.0-rc.1', { to: archive })

const site = await servePage(registry.fetch)
const browser = await chromium.launch({
  executablePath: bringChromium(),
  args: [
    ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--hide-scrollbars'],
    `--host-resolver-rules=MAP ${HOST}:80 127.0.0.1:${new URL(site.url).port}`,
    // As behind TLS.
    `--unsafely-treat-insecure-origin-as-secure=http://${HOST}`,
  ],
})
mkdirSync(PICTURES, { recursive: true })

try {
  for (const [look, { colorScheme, viewport }] of Object.entries(LOOKS)) {
    const options = { colorScheme, viewport, deviceScaleFactor: 2, locale: 'en-US', timezoneId: 'UTC' }
    const context = await browser.newContext(options)
    for (const view of VIEWS) {
      if (values.view && !values.view.includes(view.name)) continue
      const page = await context.newPage()
      await page.clock.setFixedTime(NOW)
      await page.goto(`http://${HOST}/?${new URLSearchParams({ registry: `http://${HOST}`, ...view.place })}`)
      await view.act?.(page, archive)
      await page.waitForLoadState('networkidle')
      await page.locator('[aria-busy=true]').waitFor({ state: 'detached' })
      await takePicture(page, join(PICTURES, `${view.name}-${look}.webp`))
      await page.close()
    }
    await context.close()
  }
} finally {
  await browser.close()
  await site.close()
  rmSync(folder, { recursive: true })
}

/**
 * @param {import('playwright').Page} page
 * @param {string} path
 */
async function takePicture(page, path) {
  const width = page.viewportSize()?.width ?? 0
  const bottom = await page.evaluate(() => {
    const parts = [...document.querySelectorAll('main > *, dialog[open]')]
    return Math.max(...parts.map((part) => part.getBoundingClientRect().bottom))
  })
  const height = Math.min(Math.ceil(bottom) + MARGIN, MAX_HEIGHT)
  // What is out of sight is not painted everywhere (content-visibility).
  await page.setViewportSize({ width, height })
  await page.waitForTimeout(300)
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 85,
    clip: { x: 0, y: 0, width, height, scale: 1 },
  })
  const picture = Buffer.from(data, 'base64')
  writeFileSync(path, picture)
  console.log(`${path.slice(PICTURES.length + 1)}: ${width} × ${height}, ${(picture.length / 1000).toFixed(0)} kB`)
}
