import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tarFile } from './tar.js'

// What npm has installed here, as layers of real images have it: programs, libraries, texts. Everybody gets the same by `npm ci`.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MODULES = join(ROOT, 'node_modules')

/** Tells one set of packages from another: with other ones, layers have other bytes. */
export function installedVersion() {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
    .slice(0, 16)
}

/**
 * Files of all packages for a tar, in an order that the seed decides.
 *
 * @param {string} seed
 * @param {number} bytes Of all together: of the last file there is no more than fits.
 */
export function* installedFiles(seed, bytes) {
  let left = bytes
  for (const path of shuffled(listFiles(), seed)) {
    if (left <= 0) return
    const file = tarFile(path.slice(-100), readHead(join(MODULES, path), left))
    left -= file.length
    yield file
  }
}

/** Without what tools keep beside the packages. */
function listFiles() {
  const packages = readdirSync(MODULES).filter((name) => !name.startsWith('.'))
  return packages.flatMap((name) =>
    readdirSync(join(MODULES, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(MODULES.length + 1)),
  )
}

/**
 * @param {readonly string[]} paths
 * @param {string} seed
 */
function shuffled(paths, seed) {
  const place = (/** @type {string} */ path) => createHash('sha256').update(`${seed} ${path}`).digest('hex')
  const placed = paths.map((path) => ({ path, place: place(path) }))
  return placed.sort((one, other) => (one.place < other.place ? -1 : 1)).map(({ path }) => path)
}

/**
 * @param {string} path
 * @param {number} bytes At most.
 */
function readHead(path, bytes) {
  const head = Buffer.alloc(Math.min(statSync(path).size, bytes))
  const file = openSync(path, 'r')
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0))
  } finally {
    closeSync(file)
  }
}
