import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { createChunkNames } from './scripts/chunks.js'
import { inlineWorker } from './scripts/inline-worker.js'
import { engineProjects } from './test/support/engines.ts'
import { sequenceOf } from './test/support/sequence.ts'

/** A rejection that nobody handles ends the program: that of the tests, and those that they start. */
const STRICT = '--unhandled-rejections=strict'
const strictNode = { execArgv: [STRICT], env: { NODE_OPTIONS: STRICT } }

/** Code that is bundled for Node alone (undici, commander) is CommonJS. It loads Node's modules by `require`, which ES modules lack. */
const requireInNode: Plugin = {
  name: 'require-in-node',
  renderChunk(code) {
    if (!/\b__require\(["']node:/.test(code)) return null
    // Not of import.meta.url, which bundles in CommonJS lack. Any absolute path leads to Node's modules.
    const makeRequire = `import { createRequire } from 'node:module'\nconst requireInNode = createRequire(process.execPath)\n`
    const hashbang = /^#!.*\n/.exec(code)?.[0] ?? ''
    const rest = code.slice(hashbang.length).replaceAll('__require(', 'requireInNode(')
    return { code: hashbang + makeRequire + rest, map: null }
  },
  generateBundle(_, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== 'chunk' || !output.code.includes('requireInNode')) continue
      // A map of other people's code is as large as all of the package.
      delete bundle[`${output.fileName}.map`]
      output.code = output.code.replace(/\n\/\/# sourceMappingURL=.*/, '')
    }
  },
}

/** Commander can run commands as programs of their own. This one has none, and `node:child_process` takes long to load. */
const withoutPrograms: Plugin = {
  name: 'without-programs',
  transform(code, id) {
    if (!id.endsWith('/commander/lib/command.js')) return null
    return { code: code.replace("require('node:child_process')", '{}'), map: null }
  },
}

/** The element starts a Worker of the package. Its URL is left to the bundler of the page. */
const workerOfElement: Plugin = {
  name: 'worker-of-element',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/src/element/start-worker.ts')) return null
    return { code: code.replace("new URL('./worker/main.ts', import.meta.url)", 'ELEMENT_WORKER'), map: null }
  },
  renderChunk(code) {
    if (!code.includes('ELEMENT_WORKER')) return null
    return { code: code.replace('ELEMENT_WORKER', "new URL('./element-worker.js', import.meta.url)"), map: null }
  },
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

export default defineConfig({
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  plugins: [inlineWorker, requireInNode, withoutPrograms, workerOfElement],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // Of what is bundled: undici for createFetch, srvx for the registry of ./testing/node, commander and others for the command.
    license: { fileName: 'third-party-licenses.md' },
    lib: {
      entry: {
        index: 'src/index.ts',
        'hash-worker': 'src/hash/worker.ts',
        element: 'src/element/index.ts',
        'element-worker': 'src/element/worker/main.ts',
        'node/index': 'src/node/index.ts',
        'testing/index': 'src/testing/index.ts',
        'testing/node': 'src/testing/node.ts',
        'cli/main': 'src/cli/main.ts',
      },
      formats: ['es'],
    },
    // Emptied by `npm run build` alone: the types in it are not made again each time.
    emptyOutDir: false,
    target: 'es2022',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      external: [/^node:/, 'ky', 'fflate', '@hpcc-js/wasm-zstd', 'hash-wasm', 'idb-keyval', 'nanotar', /^@zip\.js/],
      // Rolldown requires this where imports of a module may be in another file. The entries export no more than before.
      preserveEntrySignatures: 'allow-extension',
      output: {
        chunkFileNames: 'chunks/[name].js',
        // The types have the docstrings.
        comments: { jsdoc: false },
        codeSplitting: {
          groups: [{ name: createChunkNames(), debugName: 'modules that load together' }],
          includeDependenciesRecursively: false,
        },
      },
    },
  },
  test: {
    globalSetup: ['test/support/built-package.ts', 'test/support/real-registry.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          sequence: sequenceOf('node'),
          // Most files wait for timers and other programs. Vitest would run one at a time on a machine with two cores.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          include: ['test/node/**/*.test.ts'],
          ...strictNode,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          sequence: sequenceOf('page'),
          include: ['test/page/**/*.test.ts'],
          // In the project page-engines: few machines have these engines.
          exclude: ['test/page/engines.test.ts'],
          ...strictNode,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'peers',
          sequence: sequenceOf('peers'),
          include: ['test/peers/*.test.ts'],
          globalSetup: ['test/support/go-programs.ts', 'test/support/packed-package.ts'],
          ...strictNode,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'page-engines',
          sequence: sequenceOf('page-engines'),
          include: ['test/page/engines.test.ts'],
          ...strictNode,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packages',
          sequence: sequenceOf('packages'),
          include: ['test/packages/*.test.ts'],
          globalSetup: ['test/support/packed-package.ts'],
          ...strictNode,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      ...engineProjects,
    ],
  },
})
