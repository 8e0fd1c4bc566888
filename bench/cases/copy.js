import { pushDockerTar } from 'registry-api-v2-client/node'
import { bringArchive } from '../archives.js'
import { findCopiers } from '../copiers.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { measure } from '../measure.js'
import { withCostOf, withFreshRegistry } from '../registry.js'
import { runInTurn } from '../rounds.js'
import { largeImage } from './push.js'

const REPOSITORY = 'bench/app'

/** @type {readonly import('./index.js').Case[]} */
export const COPY_CASES = [
  copyCase({ name: 'copy-node', title: '1.45 GB in 5 layers, from one registry to another' }),
  copyCase({ name: 'copy-present', title: '1.45 GB that the other registry has already', isPresent: true }),
]

/**
 * A case in which an image is copied.
 *
 * @param {object} what
 * @param {string} what.name
 * @param {string} what.title
 * @param {boolean} [what.isPresent] True if the same program has copied it before. Default: false.
 * @returns {import('./index.js').Case}
 */
function copyCase({ name, title, isPresent = false }) {
  return {
    name,
    title,
    async run({ folder, scale, rounds, say }) {
      const { present, absent } = findCopiers()
      say('makes the image')
      const archive = await bringArchive(folder, largeImage(scale))
      const bytes = [...archive.layers, ...archive.configs].reduce((sum, { size }) => sum + size, 0)
      // Copies do not change the registry that they read, so all have the same.
      return withFreshRegistry(async (from) => {
        const digest = await pushDockerTar(archive.path, from, REPOSITORY, 'v1')
        const runners = present.map((copier) => ({
          name: copier.name,
          title: copier.title,
          mayFail: copier.name !== 'sdk',
          take: () =>
            withFreshRegistry(async (url, registry) => {
              const job = { from, url, repository: REPOSITORY }
              if (isPresent) await copied(copier, job, digest)
              return withCostOf(registry, () => copied(copier, job, digest))
            }),
          count: () =>
            withFreshRegistry(async (url) => {
              if (isPresent) await copied(copier, { from, url, repository: REPOSITORY }, digest)
              return counted(copier, { from, url, repository: REPOSITORY })
            }),
        }))
        return { title, bytes, layers: archive.layers.length, absent, ...(await runInTurn(runners, { rounds, say })) }
      })
    },
  }
}

/**
 * Measures one copy, and makes sure that the tag has arrived.
 *
 * @param {import('../copiers.js').Copier} copier
 * @param {import('../copiers.js').CopyJob} job
 * @param {string} digest Of the manifest.
 */
async function copied({ title, command, report }, job, digest) {
  const { sample, stdout } = await measure(command(job))
  const accept = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
  const url = `${job.url}/v2/${job.repository}/manifests/v1`
  const { headers } = await fetch(url, { method: 'HEAD', headers: { accept } })
  const arrived = headers.get('docker-content-digest')
  if (arrived !== digest) throw new Error(`${title} has copied ${arrived} instead of ${digest}.`)
  return { ...sample, ...report?.(stdout) }
}

/**
 * Counts the requests of one copy to both registries.
 *
 * @param {import('../copiers.js').Copier} copier
 * @param {import('../copiers.js').CopyJob} job
 */
async function counted(copier, job) {
  const [source, target] = [await serveCountingProxy(job.from), await serveCountingProxy(job.url)]
  try {
    await measure(copier.command({ ...job, from: source.url, url: target.url }))
    const [read, written] = [source.counts(), target.counts()]
    /** @type {Record<string, number>} */
    const methods = {}
    for (const [method, times] of [...Object.entries(read.methods), ...Object.entries(written.methods)]) {
      methods[method] = (methods[method] ?? 0) + times
    }
    return {
      requests: read.requests + written.requests,
      methods,
      sentBytes: written.sentBytes,
      receivedBytes: read.receivedBytes,
    }
  } finally {
    await source.stop()
    await target.stop()
  }
}
