import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pushDockerTar } from 'registry-api-v2-client/node'
import { bringArchive } from '../archives.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { measure } from '../measure.js'
import { findPullers } from '../pullers.js'
import { STORAGE, withCostOf, withFreshRegistry } from '../registry.js'
import { runInTurn } from '../rounds.js'
import { largeImage } from './push.js'

const REPOSITORY = 'bench/app'

/**
 * The case in which an image is pulled to a file.
 *
 * @type {import('./index.js').Case}
 */
export const pullCase = {
  name: 'pull-node',
  title: '1.45 GB in 5 layers, from a registry to a file',
  async run({ folder, scale, rounds, say }) {
    const { present, absent } = findPullers()
    say('makes the image')
    const archive = await bringArchive(folder, largeImage(scale))
    const blobs = [...archive.layers, ...archive.configs]
    const bytes = blobs.reduce((sum, { size }) => sum + size, 0)
    // Pulls do not change the registry, so all have the same.
    return withFreshRegistry(async (url, registry) => {
      await pushDockerTar(archive.path, url, REPOSITORY, 'v1')
      /**
       * @param {import('../pullers.js').Puller} puller
       * @param {string} url
       */
      const pull = (puller, url) => pulled(puller, { url, repository: REPOSITORY, digests: digestsOf(blobs) }, bytes)
      const runners = present.map((puller) => ({
        name: puller.name,
        title: puller.title,
        mayFail: puller.name !== 'sdk',
        take: () => withCostOf(registry, () => pull(puller, url)),
        async count() {
          const proxy = await serveCountingProxy(url)
          await pull(puller, proxy.url).finally(proxy.stop)
          return proxy.counts()
        },
      }))
      const { title } = pullCase
      return { title, floor: 'curl', bytes, layers: 5, absent, ...(await runInTurn(runners, { rounds, say })) }
    })
  },
}

/** @param {readonly import('../archives.js').ArchiveBlob[]} blobs */
function digestsOf(blobs) {
  return blobs.map(({ digest }) => digest)
}

/**
 * Measures one pull, and makes sure that all bytes are there. It pulls into memory where the system has such a folder: what is measured is the
 * way there, not the disk.
 *
 * @param {import('../pullers.js').Puller} puller
 * @param {Omit<import('../pullers.js').PullJob, 'folder'>} job
 * @param {number} bytes
 */
async function pulled({ title, command, report }, job, bytes) {
  const folder = mkdtempSync(join(STORAGE, 'bench-pull-'))
  try {
    const { sample, stdout } = await measure(command({ ...job, folder }))
    const written = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
    if (written < bytes) throw new Error(`${title} has pulled ${written} bytes of ${bytes}.`)
    return { ...sample, ...report?.(stdout) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
