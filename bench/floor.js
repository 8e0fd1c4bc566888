import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findExecutable } from '../scripts/find/executable.js'
import { bringBlobs } from './archives.js'

const PROGRAM = fileURLToPath(new URL('floor.sh', import.meta.url))
/** As many uploads at once as there are layers, up to so many. */
const PARALLEL = 5

/**
 * What cannot be beaten: the very same blobs, from files of their own, sent by `curl` without being hashed. No manifest follows.
 *
 * @returns {import('./contenders.js').Contender | undefined}
 */
export function findFloor() {
  if (!findExecutable('curl')) return undefined
  return {
    name: 'curl',
    title: `curl, ${PARALLEL} at once, no hashing`,
    isFloor: true,
    async command({ archive, url, repository, folder }) {
      const blobs = await bringBlobs(folder, archive)
      const lists = dealOut(blobs, Math.min(PARALLEL, archive.layers.length)).map((part, index) => {
        const path = join(folder, `floor-${index}.list`)
        writeFileSync(path, part.map((blob) => `${blob.digest}\t${blob.path}\n`).join(''))
        return path
      })
      return ['sh', PROGRAM, `${url}/v2/${repository}/blobs/uploads/`, ...lists]
    },
  }
}

/**
 * Deals blobs out into parts that have about as many bytes each.
 *
 * @template {{ size: number }} T
 * @param {readonly T[]} blobs
 * @param {number} count
 */
function dealOut(blobs, count) {
  const parts = Array.from({ length: count }, () => ({ bytes: 0, blobs: /** @type {T[]} */ ([]) }))
  for (const blob of [...blobs].sort((one, other) => other.size - one.size)) {
    const smallest = parts.reduce((least, part) => (part.bytes < least.bytes ? part : least))
    smallest.bytes += blob.size
    smallest.blobs.push(blob)
  }
  return parts.map((part) => part.blobs)
}
