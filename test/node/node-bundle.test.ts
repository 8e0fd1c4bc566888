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
afterAll(() => rmSync(folder, { recursive: true }))

/** Bundles a user's program, and all that it imports, into one file far from any node_modules. */
async function bundle(name: string, source: string): Promise<string> {
  const input = join(folder, `${name}.js`)
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
      rolldownOptions: { output: { codeSplitting: false, entryFileNames: `${name}.mjs` } },
    },
  })
  return join(folder, `${name}.mjs`)
}

async function run(program: string, ...parameters: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [program, ...parameters], { cwd: folder })).stdout
}

describe('pushDockerTar() in a bundle for Node', () => {
  let program: string
  beforeAll(async () => {
    program = await bundle(
      'push',
      `
    import { createPortableEncoder, pushDockerTar } from ${JSON.stringify(resolve('src/node/index.ts'))}
    const [archive, url, encoder] = process.argv.slice(2)
    const createEncoder = encoder === 'createPortableEncoder' ? createPortableEncoder : undefined
    const digest = await pushDockerTar(archive, url, 'a', 'v1', { compress: 'zstd', runtime: { createEncoder } })
    process.stdout.write(digest)`,
    )
    writeFileSync(join(folder, 'image.tar.zst'), zstd(await makePortableArchive()))
  })

  it.each(['createNativeEncoder', 'createPortableEncoder'])(
    'has zstd, without a file beside it: %s',
    async (encoder) => {
      const registry = await serveTestRegistry()
      expect(await run(program, join(folder, 'image.tar.zst'), registry.url, encoder)).toBe(PORTABLE_DIGESTS.zstd)
      await registry.close()
    },
  )
})

describe('createFetch() in a bundle for Node', () => {
  it('has undici in it, from the built package', async () => {
    const program = await bundle(
      'fetch',
      `
    import { checkRegistryConnectivity, createFetch, openRegistry } from ${JSON.stringify(resolve('dist/node/index.js'))}
    const [url] = process.argv.slice(2)
    const registry = openRegistry(url, { fetch: createFetch({ registry: url, proxy: false }) })
    process.stdout.write(String(await checkRegistryConnectivity(registry)))`,
    )
    const registry = await serveTestRegistry()
    expect(await run(program, registry.url)).toBe('true')
    await registry.close()
  })
})
