import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringRegistryBinary, startRegistryBinary } from '../scripts/find/registry-binary.js'

/** Where there is such a file system, in memory: what is measured is the way there, not the disk. */
const STORAGE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/**
 * Lends a real registry that has nothing yet. Each run gets one of its own: a registry keeps in memory which blobs it has, so wiping the folder of
 * one that runs would not make it forget them.
 *
 * @template T
 * @param {(url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withFreshRegistry(use) {
  const registry = await startFreshRegistry()
  try {
    return await use(registry.url)
  } finally {
    await registry.stop()
  }
}

/** @returns {Promise<{ url: string, stop: () => Promise<void> }>} */
async function startFreshRegistry() {
  const binary = bringRegistryBinary()
  if (!binary) throw new Error('Cannot measure: install the "registry" binary of distribution, and try again.')
  const data = mkdtempSync(join(STORAGE, 'bench-registry-'))
  const forget = () => rmSync(data, { recursive: true, force: true })
  // It is memory that a run which breaks off would leave taken.
  process.once('exit', forget)
  const registry = await startRegistryBinary(binary, { data })
  return {
    url: `http://127.0.0.1:${registry.port}`,
    async stop() {
      await registry.stop()
      process.off('exit', forget)
      forget()
    },
  }
}
