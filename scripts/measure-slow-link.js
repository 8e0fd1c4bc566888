import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { createServer } from 'vite'
import { findChromium } from './find/chromium.js'
import { bringRegistryBinary, startRegistryBinary } from './find/registry-binary.js'
import { shownProgress, standstills, watchProgress, wrongEstimates } from './page/shown-progress.js'
import { serveSlowLink } from './slow-link.js'

// What the demo page shows of a push over a slow link: npm run measure:slow-link [-- --layers 20,20,20 --rate 0.4 --round-trip 40]
// Layers are in MB, the rate is in MB/s, the round trip in milliseconds. The figures of docs/measurements.md come from here.

const CONFIG = fileURLToPath(new URL('../demo/vite.config.ts', import.meta.url))
const { values } = parseArgs({
  options: {
    layers: { type: 'string', multiple: true, default: ['60', '20,20,20', '10,10,10,10,10,10'] },
    rate: { type: 'string', default: '0.4' },
    'round-trip': { type: 'string', default: '40' },
  },
})
const link = { bitsPerSecond: Number(values.rate) * 8_000_000, roundTrip: Number(values['round-trip']) }
const binary = bringRegistryBinary()
if (!binary) throw new Error('Cannot measure: install the "registry" binary of distribution, and try again.')

const folder = mkdtempSync(join(tmpdir(), 'measure-'))
const server = { host: '127.0.0.1', hmr: false, watch: null }
const vite = await createServer({ configFile: CONFIG, logLevel: 'error', server })
await vite.listen()
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
})

/** @param {readonly number[]} layers Their sizes in MB. */
async function measure(layers) {
  const registry = await startRegistryBinary(/** @type {string} */ (binary))
  const slow = await serveSlowLink(`http://127.0.0.1:${registry.port}`, link)
  const path = join(folder, 'image.tar')
  const files = layers.map((size) => ({ file: randomBytes(size * 1_000_000) }))
  writeFileSync(path, await createTestArchive({ images: [{ names: ['team/slow:v1'], layers: files }] }))
  const page = await browser.newPage({ locale: 'en-US' })
  let patches = 0
  page.on('request', (request) => {
    if (request.method() === 'PATCH') patches++
  })
  await page.goto(`${vite.resolvedUrls?.local[0]}?view=push&registry=${encodeURIComponent(slow.url)}`)
  await page.getByLabel('Choose archives').setInputFiles(path)
  await watchProgress(page)
  await page.getByRole('button', { name: 'Push', exact: true }).click()
  await page.getByRole('status').filter({ hasText: 'Pushed team/slow:v1.' }).waitFor({ timeout: 900_000 })
  const shown = await shownProgress(page)
  await page.close()
  await slow.stop()
  await registry.stop()

  const { at = 0, bytes = 0 } = shown.at(-1) ?? {}
  const alone = (bytes * 8) / link.bitsPerSecond
  const first = shown.find(({ left }) => left !== undefined)
  const worst = `${Math.round((wrongEstimates(shown).at(-1) ?? 0) * 100)} %`
  const longest = `${standstills(shown).at(-1)?.toFixed(1)} s`
  const times = `${at.toFixed(0)} s | ${alone.toFixed(0)} s`
  console.log(`| ${layers.join(', ')} | ${times} | ${patches} | ${longest} | ${first?.at.toFixed(1)} s | ${worst} |`)
}

try {
  console.log(
    '| layers, in MB | time | of the bytes alone | chunks | longest without a further byte | first estimate | time left, wrong at most by |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  for (const layers of values.layers) await measure(layers.split(',').map(Number))
} finally {
  await browser.close()
  await vite.close()
  rmSync(folder, { recursive: true })
}
