import { join } from 'node:path'
import { findChromium } from '../../scripts/find/chromium.js'
import { bringArchive } from '../archives.js'
import { measurePage, servePage } from '../chromium/open-page.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { startFreshRegistry } from '../registry.js'
import { largeImage, oneLayer } from './push.js'

// A page that pushes, beside one that puts the same slices of the same file with nothing but `fetch`.

/** @type {readonly import('./index.js').Case[]} */
export const CHROMIUM_CASES = [
  chromiumCase({ name: 'chromium', title: '1.45 GB in 5 layers, from a page in Chromium', archive: largeImage }),
  {
    ...chromiumCase({ name: 'chromium-4g', title: 'one layer of 4 GB, from a page in Chromium', archive: oneLayer }),
    isOnlyNamed: true,
  },
]

const TITLES = { sdk: 'this package', fetch: 'fetch, 5 at once, no hashing' }

/**
 * @param {object} what
 * @param {string} what.name
 * @param {string} what.title
 * @param {(scale: number) => import('../archives.js').ArchiveSpec} what.archive
 * @returns {import('./index.js').Case}
 */
function chromiumCase({ name, title, archive: specify }) {
  return {
    name,
    title,
    async run({ folder, scale, rounds, say }) {
      if (!findChromium()) return { title, contenders: {}, absent: ['chromium'] }
      say('makes the archive')
      const archive = await bringArchive(folder, specify(scale))
      const blobs = [...archive.layers, ...archive.configs]
      const page = await servePage(join(folder, 'page'))
      const works = {
        sdk: (/** @type {string} */ url) => `bench.push(${JSON.stringify(url)})`,
        fetch: (/** @type {string} */ url) => `bench.put(${JSON.stringify(url)}, ${JSON.stringify(blobs)})`,
      }
      /** @type {Record<string, { title: string, samples: import('../measure.js').Sample[], counts: import('../results.js').Shown['counts'] }>} */
      const contenders = {}
      try {
        for (const [contender, work] of /** @type {['sdk' | 'fetch', typeof works.sdk][]} */ (Object.entries(works))) {
          say(`counts what ${contender} asks`)
          const counts = await withRegistry(async (url) => {
            const proxy = await serveCountingProxy(url)
            await measurePage(page.url, archive.path, work(proxy.url)).finally(() => proxy.stop())
            return proxy.counts()
          })
          contenders[contender] = { title: TITLES[contender], samples: [], counts }
        }
        for (let round = 0; round < rounds; round++) {
          for (const [contender, work] of Object.entries(works)) {
            const sample = await withRegistry((url) => measurePage(page.url, archive.path, work(url)))
            say(`round ${round + 1}: ${contender} ${sample.seconds.toFixed(2)} s`)
            contenders[contender]?.samples.push(sample)
          }
        }
      } finally {
        await page.stop()
      }
      const bytes = blobs.reduce((sum, { size }) => sum + size, 0)
      return { title, floor: 'fetch', bytes, layers: archive.layers.length, contenders }
    },
  }
}

/**
 * @template T
 * @param {(url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withRegistry(use) {
  const registry = await startFreshRegistry()
  try {
    return await use(registry.url)
  } finally {
    await registry.stop()
  }
}
