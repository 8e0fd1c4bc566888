import { join } from 'node:path'
import { findChromium } from '../../scripts/find/chromium.js'
import { serveSlowLink } from '../../scripts/slow-link.js'
import { bringArchive } from '../archives.js'
import { measurePage, servePage } from '../chromium/open-page.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { withFreshRegistry } from '../registry.js'
import { runInTurn } from '../rounds.js'
import { largeImage, oneLayer } from './push.js'

// A page that pushes, on its thread and in a Worker, beside one that puts the same slices of the same file with nothing but `fetch`.

/** @type {readonly import('./index.js').Case[]} */
export const CHROMIUM_CASES = [
  chromiumCase({ name: 'chromium', title: '1.45 GB in 5 layers, from a page in Chromium', archive: largeImage }),
  {
    ...chromiumCase({ name: 'chromium-4g', title: 'one layer of 4 GB, from a page in Chromium', archive: oneLayer }),
    isOnlyNamed: true,
  },
  {
    ...chromiumCase({
      name: 'chromium-gigabit',
      title: '1.45 GB in 5 layers, from a page in Chromium over a link of 1 Gbit/s',
      archive: largeImage,
      link: { roundTrip: 2, bitsPerSecond: 1e9 },
    }),
    isOnlyNamed: true,
  },
]

/**
 * @param {object} what
 * @param {string} what.name
 * @param {string} what.title
 * @param {(scale: number) => import('../archives.js').ArchiveSpec} what.archive
 * @param {import('../../scripts/slow-link.js').Link} [what.link] Default: none, so that it is the loopback.
 * @returns {import('./index.js').Case}
 */
function chromiumCase({ name, title, archive: specify, link }) {
  return {
    name,
    title,
    async run({ folder, scale, rounds, say }) {
      if (!findChromium()) return { title, contenders: {}, absent: ['chromium'] }
      say('makes the archive')
      const archive = await bringArchive(folder, specify(scale))
      const blobs = [...archive.layers, ...archive.configs]
      const page = await servePage(join(folder, 'page'))
      /** @param {(url: string) => string} work */
      const runsOf = (work) => ({
        take: () =>
          withFreshRegistry((url) => over(link, url, (url) => measurePage(page.url, archive.path, work(url)))),
        count: () =>
          withFreshRegistry(async (url) => {
            const proxy = await serveCountingProxy(url)
            await measurePage(page.url, archive.path, work(proxy.url)).finally(proxy.stop)
            return proxy.counts()
          }),
      })
      const runners = [
        { name: 'sdk', title: 'this package', ...runsOf((url) => `bench.push(${JSON.stringify(url)})`) },
        {
          name: 'when-needed',
          title: 'this package, hashing when needed',
          ...runsOf((url) => `bench.push(${JSON.stringify(url)}, { hashing: 'when-needed' })`),
        },
        {
          name: 'worker',
          title: 'this package in a Worker of the page',
          ...runsOf((url) => `bench.pushInWorker(${JSON.stringify(url)})`),
        },
        {
          name: 'fetch',
          title: 'fetch, 5 at once, no hashing',
          ...runsOf((url) => `bench.put(${JSON.stringify(url)}, ${JSON.stringify(blobs)})`),
        },
      ]
      try {
        const bytes = blobs.reduce((sum, { size }) => sum + size, 0)
        const shown = await runInTurn(runners, { rounds, say })
        return { title, floor: 'fetch', bytes, layers: archive.layers.length, ...shown }
      } finally {
        await page.stop()
      }
    },
  }
}

/**
 * @template T
 * @param {import('../../scripts/slow-link.js').Link | undefined} link
 * @param {string} url
 * @param {(url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function over(link, url, use) {
  if (!link) return use(url)
  const slow = await serveSlowLink(url, link)
  return use(slow.url).finally(slow.stop)
}
