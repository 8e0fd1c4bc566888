import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { getImageInfo } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { pushInProcess } from '../support/push-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'runtimes-'))
const archive = join(folder, 'image.tar')
beforeAll(async () => {
  const bytes = await createTestArchive({ images: [{ layers: [{ large: 'x'.repeat(350_000) }, { small: 'y' }] }] })
  await writeFile(archive, bytes)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('pushDockerTar() of the built package', () => {
  it.each([
    ['Node', [process.execPath]],
    ['Deno', ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock']],
    ['Bun', ['node_modules/.bin/bun', 'run']],
  ] as const)('pushes from %s into the real registry', async (name, runtime) => {
    const url = inject('registryUrl')
    const repository = `runtimes/${name.toLowerCase()}-${Date.now().toString(36)}`
    const outcome = await pushInProcess(runtime, { archive, url, repository, chunkSize: 100_000 })
    const { digest, manifest } = await getImageInfo(url, repository, 'v1')
    expect(outcome.digest).toBe(digest)
    expect('config' in manifest && manifest.config.digest).toBe(outcome.id)
    expect(outcome.events).toBeGreaterThan(8)
  })
})
