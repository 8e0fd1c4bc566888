import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CONFIGURATION = fileURLToPath(new URL('../../registry.yml', import.meta.url))

/** A folder for the data of a distribution, and copies of it. */
export interface RegistryData {
  readonly path: string
  /** Copies all data into a folder of its own, removed with this one. */
  copy(): string
  [Symbol.dispose](): void
}

export function createRegistryData(): RegistryData {
  const folder = mkdtempSync(join(tmpdir(), 'collected-'))
  let copies = 0
  const path = join(folder, 'data')
  return {
    path,
    copy() {
      const other = join(folder, `copy-${copies++}`)
      cpSync(path, other, { recursive: true })
      return other
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * Deletes what no manifest names, as distribution does it.
 *
 * @param binary Its program.
 * @param deletesUntagged Whether it also deletes manifests without a tag.
 */
export function collectGarbage(binary: string, data: string, deletesUntagged = false): void {
  const env = { ...process.env, REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: data, OTEL_TRACES_EXPORTER: 'none' }
  const flags = deletesUntagged ? ['--delete-untagged'] : []
  execFileSync(binary, ['garbage-collect', ...flags, CONFIGURATION], { env, stdio: 'ignore' })
}
