import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { zstd } from '../support/packing.ts'

const folder = mkdtempSync(join(tmpdir(), 'node-bundle-'))
const program = join(folder, 'program.mjs')

/** A user's program, and all that it imports, in one file far from any node_modules. */
beforeAll(async () => {
  const source = `
    import { createPortableEncoder, pushDockerTar } from ${JSON.stringify(resolve('src/node/index.ts'))}
    const [archive, url, encoder] = process.argv.slice(2)
    const createEncoder = encoder === 'createPortableEncoder' ? createPortableEncoder : undefined
    const digest = await pushDockerTar(archive, url, 'a', 'v1', { compress: 'zstd', runtime: { createEncoder } })
    process.stdout.write(digest)`
  const input = join(folder, 'source.js')
  writeFileSync(input, source)
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: input,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { codeSplitting: false, entryFileNames: 'program.mjs' } },
    },
  })
  writeFileSync(join(folder, 'image.tar.zst'), zstd(await makePortableArchive()))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('pushDockerTar() in a bundle for Node', () => {
  it.each(['createNativeEncoder', 'createPortableEncoder'])(
    'has zstd, without a file beside it: %s',
    async (encoder) => {
      const registry = await serveTestRegistry()
      const parameters = [join(folder, 'image.tar.zst'), registry.url, encoder]
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...parameters], { cwd: folder })
      expect(stdout).toBe(PORTABLE_DIGESTS.zstd)
      await registry.close()
    },
  )
})
