import { chromium } from 'playwright'
import { expect, it } from 'vitest'
import { findChromium } from '../../scripts/find/chromium.js'
import { servePage } from '../../scripts/page/site.js'
import { loadedAtOnce } from '../../scripts/page/weight.js'

/** In bytes of gzip: what the push view loads before anything is chosen, with its Worker. */
const LIMIT = 90_000

it(`the push view loads at most ${LIMIT / 1000} kB at once`, async () => {
  const site = await servePage()
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] })
  try {
    const files = await loadedAtOnce(await browser.newContext(), site)
    const bytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const largest = files.toSorted((one, other) => other.bytes - one.bytes).slice(0, 5)
    process.stdout.write(`The push view loads ${(bytes / 1000).toFixed(1)} kB: ${JSON.stringify(largest)} and others\n`)
    expect(files.map(({ name }) => name)).toContain('index.html')
    expect(bytes).toBeGreaterThan(30_000)
    expect(bytes).toBeLessThanOrEqual(LIMIT)
  } finally {
    await browser.close()
    await site.close()
  }
})
