import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { findChromium } from '../../scripts/find/chromium.js'
import { peakOf } from '../measure.js'

const ROOT = fileURLToPath(new URL('.', import.meta.url))
const PACKAGE = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/**
 * Builds and serves the page, as an application that uses the package would be.
 *
 * @param {string} folder Where it is built.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function servePage(folder) {
  /** @type {import('vite').InlineConfig} */
  const config = { configFile: false, root: ROOT, logLevel: 'error' }
  const output = { outDir: folder, emptyOutDir: true }
  await build({ ...config, resolve: { alias: { 'registry-api-v2-client': PACKAGE } }, build: output })
  const server = await preview({ ...config, build: output, preview: { host: '127.0.0.1', port: 0 } })
  const address = server.httpServer.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    stop: () => server.close(),
  }
}

/**
 * Opens the page in a Chromium of its own, with a file chosen, lets it work, and measures that.
 *
 * @param {string} url
 * @param {string} path The file.
 * @param {string} work An expression that calls what the page offers.
 * @returns {Promise<import('../measure.js').Sample>}
 */
export async function measurePage(url, path, work) {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--enable-precise-memory-info',
    ],
  })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    await page.locator('#file').setInputFiles(path)
    /** @type {import('../measure.js').Sample} */
    const sample = await page.evaluate(work)
    const session = await browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer')
    const peakBytes = Math.max(0, ...renderers.map(({ id }) => peakOf(id)))
    return { ...sample, ...(peakBytes > 0 && { peakBytes }) }
  } finally {
    await browser.close()
  }
}
