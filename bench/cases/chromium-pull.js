import { join } from 'node:path'
import { pushDockerTar } from 'registry-api-v2-client/node'
import { findChromium } from '../../scripts/find/chromium.js'
import { bringArchive } from '../archives.js'
import { measurePage, servePage } from '../chromium/open-page.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { withFreshRegistry } from '../registry.js'
import { runInTurn } from '../rounds.js'
import { largeImage } from './push.js'

/**
 * A page that pulls an image and saves it, in both ways of `saveInBrowser`, beside one that gets the same blobs with nothing but `fetch`.
 *
 * @type {import('./index.js').Case}
 */
export const chromiumPullCase = {
  name: 'chromium-pull',
  title: '1.45 GB in 5 layers, from a registry to a file, in a page in Chromium',
  async run({ folder, scale, rounds, say }) {
    const { title } = chromiumPullCase
    if (!findChromium()) return { title, contenders: {}, absent: ['chromium'] }
    say('makes the image')
    const archive = await bringArchive(folder, largeImage(scale))
    const blobs = [...archive.layers, ...archive.configs]
    const bytes = blobs.reduce((sum, { size }) => sum + size, 0)
    const page = await servePage(join(folder, 'page'))
    return withFreshRegistry(async (url) => {
      await pushDockerTar(archive.path, url, 'bench/app', 'v1')
      /**
       * @param {string} act A function of the page.
       * @param {...unknown} more Its further parameters.
       */
      const runsOf = (act, ...more) => {
        /** @param {string} url */
        const run = (url) => {
          const parameters = [bytes, url, ...more].map((value) => JSON.stringify(value))
          return measurePage(page.url, undefined, `bench.${act}(${parameters})`)
        }
        return {
          take: () => run(url),
          async count() {
            const proxy = await serveCountingProxy(url)
            await run(proxy.url).finally(proxy.stop)
            return proxy.counts()
          },
        }
      }
      const digests = blobs.map(({ digest }) => digest)
      const runners = [
        { name: 'sdk', title: 'this package, with a file picker', ...runsOf('pull') },
        { name: 'download', title: 'this package, as a download', ...runsOf('pullAsDownload') },
        { name: 'fetch', title: '`fetch`, 6 at once, to files, no hashing', ...runsOf('get', digests) },
      ]
      const shown = await runInTurn(runners, { rounds, say })
      return { title, floor: 'fetch', bytes, layers: archive.layers.length, ...shown }
    }).finally(page.stop)
  },
}
