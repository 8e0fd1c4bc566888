import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pushDockerTar } from '../../src/index.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { type InstalledProject, installProject } from '../support/installed-project.ts'
import { zstd } from '../support/packing.ts'

/** Prints the digest of a push, through `createFetch` where the repository's name says so. */
const PROGRAM = `
import { createFetch, openRegistry, pushDockerTar } from 'registry-api-v2-client/node'
async function main([archive, url, repository, options]) {
  const isOwn = repository.endsWith('-fetch')
  const registry = isOwn ? openRegistry(url, { fetch: createFetch({ registry: url, proxy: false }) }) : url
  console.log(await pushDockerTar(archive, registry, repository, 'v1', JSON.parse(options)))
}
main(process.argv.slice(2))`

const ROLLUP = `
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
const onwarn = ({ message }) => console.log(message)
const bundle = await rollup({ input: 'program.js', plugins: [nodeResolve()], external: /^node:/, onwarn })
await bundle.write({ dir: 'dist/rollup', entryFileNames: 'program.mjs' })`

const ESBUILD = ['esbuild', 'program.js', '--bundle', '--platform=node', '--log-level=warning']

/** How to build, and how to run what is built, in a copy of `dist` elsewhere. */
interface Bundler {
  readonly build: readonly string[]
  readonly run: readonly string[]
}

const BUNDLERS: Readonly<Record<string, Bundler>> = {
  'esbuild, ES module': {
    build: [...ESBUILD, '--format=esm', '--outfile=dist/esbuild/esm.mjs'],
    run: ['node', 'esbuild/esm.mjs'],
  },
  'esbuild, CommonJS': {
    build: [...ESBUILD, '--format=cjs', '--outfile=dist/esbuild/cjs.cjs'],
    run: ['node', 'esbuild/cjs.cjs'],
  },
  rollup: { build: ['node', 'rollup.js'], run: ['node', 'rollup/program.mjs'] },
  ncc: { build: ['ncc', 'build', 'program.js', '--out', 'dist/ncc', '--quiet'], run: ['node', 'ncc/index.js'] },
  'bun build': {
    build: ['bun', 'build', 'program.js', '--target=node', '--outfile=dist/bun/program.mjs'],
    run: ['node', 'bun/program.mjs'],
  },
  'bun build --compile': {
    build: ['bun', 'build', 'program.js', '--compile', '--outfile=dist/bun/program'],
    run: ['./bun/program'],
  },
  'deno bundle': {
    build: [
      'deno',
      'bundle',
      '--node-modules-dir=manual',
      '--no-lock',
      '--quiet',
      '--output=dist/deno/program.js',
      'program.js',
    ],
    run: ['deno', 'run', '--no-config', '--allow-all', 'deno/program.js'],
  },
}

const elsewhere = mkdtempSync(join(tmpdir(), 'node-bundlers-'))
const PLAIN = join(elsewhere, 'image.tar')
const PACKED = join(elsewhere, 'image.tar.zst')
let project: InstalledProject
let digest: string

beforeAll(async () => {
  project = await installProject('node-bundlers', {
    files: { 'program.js': PROGRAM, 'rollup.js': ROLLUP },
    dependencies: {
      '@rollup/plugin-node-resolve': '16.0.3',
      '@vercel/ncc': '0.45.0',
      esbuild: '0.28.2',
      rollup: '4.68.8',
    },
  })
  const archive = await makePortableArchive()
  writeFileSync(PLAIN, archive)
  writeFileSync(PACKED, zstd(archive))
  digest = await pushDockerTar(archive, inject('registryUrl'), 'packages/bundle-expected', 'v1')
})
afterAll(() => rmSync(elsewhere, { recursive: true }))

describe.each(Object.entries(BUNDLERS))('a program bundled by %s', (name, { build, run }) => {
  const [program = '', ...options] = run
  const push = async (archive: string, repository: string, pushOptions: object = {}) => {
    const input = [archive, inject('registryUrl'), repository, JSON.stringify(pushOptions)]
    const { stdout } = await project.run('env', ['-C', elsewhere, program, ...options, ...input])
    return stdout.trim()
  }

  it('pushes plain and packed archives, compresses with zstd, and has createFetch', async () => {
    const [bundler = '', ...input] = build
    await project.run(bundler, input)
    cpSync(join(project.folder, 'dist'), elsewhere, { recursive: true })
    const repository = `packages/${name.toLowerCase().replaceAll(/\W+/g, '-')}`
    expect(await push(PLAIN, repository)).toBe(digest)
    expect(await push(PACKED, `${repository}-zst`, { compress: 'zstd' })).toBe(PORTABLE_DIGESTS.zstd)
    // createFetch works only in Node.
    if (program === 'node') expect(await push(PLAIN, `${repository}-fetch`)).toBe(digest)
  })
})
