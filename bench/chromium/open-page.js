import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'
import { findChromium } from '../../scripts/find/chromium.js'
import { peakOf } from '../measure.js'
import { launchChromium } from './devtools.js'
import { watchHeap } from './watch-heap.js'

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
  const config = { configFile: false, root: ROOT, logLevel: 'error', worker: { format: 'es' } }
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
 * Opens the page in a Chromium of its own, lets it work, and measures that.
 *
 * @param {string} url
 * @param {string | undefined} path The file that is chosen before.
 * @param {string} work An expression that calls what the page offers.
 * @returns {Promise<import('../measure.js').Sample>}
 */
export async function measurePage(url, path, work) {
  const { session: browser, close } = await launchChromium(findChromium() ?? 'chromium')
  try {
    const page = await openPage(browser, url)
    if (path !== undefined) await chooseFile(page, path)
    const stop = await watchHeap(page)
    /** @type {import('../measure.js').Sample} */
    const sample = await evaluate(page, work)
    const heapBytes = stop()
    const { processInfo } = await browser.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter((/** @type {{ type: string }} */ { type }) => type === 'renderer')
    const peakBytes = Math.max(0, ...renderers.map((/** @type {{ id: number }} */ { id }) => peakOf(id)))
    return { ...sample, heapBytes, ...(peakBytes > 0 && { peakBytes }) }
  } finally {
    await close()
  }
}

/**
 * @param {import('./devtools.js').Session} browser
 * @param {string} url
 */
async function openPage(browser, url) {
  const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true })
  const page = browser.sessionOf(sessionId)
  const loaded = new Promise((resolve) => page.on('Page.loadEventFired', resolve))
  await page.send('Page.enable')
  await page.send('Page.navigate', { url })
  await loaded
  return page
}

/**
 * @param {import('./devtools.js').Session} page
 * @param {string} path
 */
async function chooseFile(page, path) {
  const { result } = await page.send('Runtime.evaluate', { expression: 'document.querySelector("#file")' })
  await page.send('DOM.setFileInputFiles', { files: [path], objectId: result.objectId })
}

/**
 * @param {import('./devtools.js').Session} page
 * @param {string} expression
 */
async function evaluate(page, expression) {
  const parameters = { expression, awaitPromise: true, returnByValue: true }
  const { result, exceptionDetails } = await page.send('Runtime.evaluate', parameters)
  if (exceptionDetails) {
    throw new Error(`Cannot measure the page: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
  }
  return result.value
}
