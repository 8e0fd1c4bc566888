import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'

const { path, absence } = inject('goPrograms').conformance
const execute = promisify(execFile)

describe.each(['in memory', 'in a folder'])(
  'the embedded registry %s in the conformance test of distribution-spec',
  (where) => {
    if (path === undefined) return it.skip(`is not tried, as ${absence}`, () => {})

    const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
    let registry: ServedTestRegistry
    beforeAll(async () => {
      registry = await serveTestRegistry(where === 'in a folder' ? { folder: join(folder, 'registry') } : {})
    })
    afterAll(async () => {
      await registry?.close()
      rmSync(folder, { recursive: true })
    })

    it.each([
      ['1.1', 'as released', 600],
      ['dev', 'as it will be', 700],
    ])('passes %s, %s', async (version, _, least) => {
      const results = join(folder, version)
      const env = {
        OCI_VERSION: version,
        OCI_REGISTRY: new URL(registry.url).host,
        OCI_TLS: 'disabled',
        OCI_RESULTS_DIR: results,
        // Blobs have a SHA-256 here, as all that the SDK knows.
        OCI_DATA_SHA512: 'false',
      }
      // Where it ends badly, what failed says more than that it did.
      const { stderr } = await execute(path, { cwd: folder, env, maxBuffer: 2 ** 26, timeout: 50_000 }).catch(
        (error) => error,
      )
      expect(stderr.match(/name=.*/g) ?? []).toEqual([])
      const summary = await readFile(join(results, 'junit.xml'), 'utf8')
      const count = (name: string) => Number(new RegExp(` ${name}="([0-9]+)"`).exec(summary)?.[1] ?? 0)
      expect([count('failures'), count('errors')]).toEqual([0, 0])
      expect(count('tests') - count('skipped')).toBeGreaterThan(least)
      process.stdout.write(`${version}: ${count('tests')} tests, ${count('skipped')} of them skipped\n`)
    })
  },
)
