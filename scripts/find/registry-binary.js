import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canInstallDebianPackages, installDebianPackage } from './debian.js'
import { findExecutable } from './executable.js'
import { freePort, isListening } from './port.js'
import { startServer } from './server.js'

const BINARIES = ['docker-registry', 'registry']
const CONFIGURATION = fileURLToPath(new URL('../../registry.yml', import.meta.url))

/**
 * Finds a binary of distribution on this machine.
 *
 * @returns {string | undefined} its path
 */
export function findRegistryBinary() {
  return BINARIES.map(findExecutable).find(Boolean)
}

/**
 * Finds a binary of distribution, or brings it as Debian's package.
 *
 * @returns {string | undefined} its path, if one can be had
 */
export function bringRegistryBinary() {
  if (!findRegistryBinary() && canInstallDebianPackages()) installDebianPackage('docker-registry')
  return findRegistryBinary()
}

/**
 * Starts a binary of distribution with the configuration of registry.yml.
 *
 * @param {string} binary
 * @param {object} [options]
 * @param {number} [options.port] Default: a free one.
 * @param {string} [options.data] Where it keeps its data. Default: a temporary folder, removed at the end.
 * @param {Readonly<Record<string, string>>} [options.settings] What is otherwise than in registry.yml, in distribution's words: `REGISTRY_HTTP_HOST`.
 * @returns {Promise<{ port: number, pid: number | undefined, stop: () => Promise<void> }>}
 */
export async function startRegistryBinary(binary, { port, data, settings } = {}) {
  const chosen = port ?? (await freePort())
  if (await isListening(chosen)) throw new Error(`Cannot start ${binary}: port ${chosen} is taken.`)
  const folder = data ?? mkdtempSync(join(tmpdir(), 'registry-'))
  const server = await startServer(binary, ['serve', CONFIGURATION], {
    isUp: () => isListening(chosen),
    env: {
      REGISTRY_HTTP_ADDR: `127.0.0.1:${chosen}`,
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: folder,
      OTEL_TRACES_EXPORTER: 'none',
      ...settings,
    },
  })
  return {
    port: chosen,
    pid: server.pid,
    async stop() {
      await server.stop()
      if (data === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
