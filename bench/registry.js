import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringRegistryBinary, startRegistryBinary } from '../scripts/find/registry-binary.js'
import { cpuSecondsOf } from './measure.js'

/** Where there is such a file system, in memory: what is measured is the way there, not the disk. */
export const STORAGE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/**
 * Lends a real registry that has nothing yet. Each run gets one of its own: a registry keeps in memory which blobs it has, so wiping the folder of
 * one that runs would not make it forget them.
 *
 * @template T
 * @param {(url: string, registry: FreshRegistry) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withFreshRegistry(use) {
  const registry = await startFreshRegistry()
  try {
    return await use(registry.url, registry)
  } finally {
    await registry.stop()
  }
}

/**
 * Has something measured, and adds what it cost the registry.
 *
 * @param {FreshRegistry} registry
 * @param {() => Promise<import('./measure.js').Sample>} take
 * @returns {Promise<import('./measure.js').Sample>}
 */
export async function withCostOf(registry, take) {
  const before = registry.cpuSeconds()
  const sample = await take()
  const after = registry.cpuSeconds()
  return { ...sample, ...(before !== undefined && after !== undefined && { registryCpuSeconds: after - before }) }
}

/**
 * @typedef {object} FreshRegistry
 * @property {string} url
 * @property {() => number | undefined} cpuSeconds What it has taken of all cores, where the system tells.
 * @property {() => Promise<void>} stop
 */

/** @returns {Promise<FreshRegistry>} */
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
    cpuSeconds: () => cpuSecondsOf(registry.pid),
    async stop() {
      await registry.stop()
      process.off('exit', forget)
      forget()
    },
  }
}
