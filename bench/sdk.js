import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('push-program.js', import.meta.url))

/**
 * This package, as it was built, in a process of its own.
 *
 * @type {import('./contenders.js').Contender}
 */
export const sdk = {
  name: 'sdk',
  title: 'this package',
  command: async (job) => pushCommand(job),
  report: (stdout) => JSON.parse(stdout).sample,
}

/**
 * What it reads of an archive, in a run that is not timed.
 *
 * @typedef {object} ReadCounts
 * @property {number} bytesRead
 * @property {number} [layerBytesRead] Nothing, where layers stand nowhere in the archive as they are.
 */

/**
 * @param {import('./contenders.js').Job} job
 * @param {{ isCounted?: boolean }} [options]
 * @returns {readonly string[]}
 */
export function pushCommand({ archive, url, repository, isAll }, { isCounted = false } = {}) {
  const isPacked = archive.path !== archive.plainPath
  const windows = isPacked ? [] : archive.layers.map(({ offset, size }) => [offset, offset + size])
  const layers = isCounted ? windows : undefined
  return [process.execPath, PROGRAM, JSON.stringify({ path: archive.path, url, repository, isAll, layers })]
}
