import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('push-program.js', import.meta.url))

/** This package, as it was built, in a process of its own. */
export const sdk = createSdk('sdk', 'this package')
/** The same, when it leaves it to the registry to compare digests. */
export const sdkWhenNeeded = createSdk('sdk-when-needed', 'this package, hashing when needed', {
  hashing: 'when-needed',
})
/** The same, when it compresses layers on their way. */
export const sdkZstd = createSdk('sdk-zstd', 'this package, with zstd', { compress: 'zstd' })
export const sdkGzip = createSdk('sdk-gzip', 'this package, with gzip', { compress: 'gzip' })

/**
 * What it reads of an archive, in a run that is not timed.
 *
 * @typedef {object} ReadCounts
 * @property {number} bytesRead
 * @property {number} [layerBytesRead] Nothing, where layers stand nowhere in the archive as they are.
 */

/**
 * @param {string} name
 * @param {string} title
 * @param {{ compress?: 'gzip' | 'zstd', hashing?: 'when-needed' }} [options] Of the push. A compression is at its default level.
 * @returns {import('./contenders.js').Contender}
 */
function createSdk(name, title, options) {
  /**
   * @param {import('./contenders.js').Job} job
   * @param {readonly (readonly number[])[]} [layers]
   */
  const command = ({ archive: { path }, url, repository, isAll }, layers) => [
    process.execPath,
    PROGRAM,
    JSON.stringify({ path, url, repository, isAll, options, layers }),
  ]
  return {
    name,
    title,
    command: async (job) => command(job),
    countCommand(job) {
      const { path, plainPath, layers } = job.archive
      return command(job, path === plainPath ? layers.map(({ offset, size }) => [offset, offset + size]) : [])
    },
    report: (stdout) => JSON.parse(stdout).sample,
  }
}
