import { defineConfig } from 'vitest/config'
import { engineProjects } from './test/support/engines.ts'

/** A rejection that nobody handles ends the program: that of the tests, and those that they start. */
const STRICT = '--unhandled-rejections=strict'
const strictNode = { execArgv: [STRICT], env: { NODE_OPTIONS: STRICT } }

export default defineConfig({
  build: {
    lib: {
      entry: {
        index: 'src/index.ts',
        'hash-worker': 'src/hash/worker.ts',
        'node/index': 'src/node/index.ts',
        'testing/index': 'src/testing/index.ts',
        'testing/node': 'src/testing/node.ts',
      },
      formats: ['es'],
    },
    // Emptied by `npm run build` alone: the types in it are not made again each time.
    emptyOutDir: false,
    target: 'es2022',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      external: [
        ...[
          /^node:/,
          'ky',
          'fflate',
          '@hpcc-js/wasm-zstd',
          'hash-wasm',
          'idb-keyval',
          'nanotar',
          'srvx/node',
          'zstddec/stream',
          'tldts',
          'undici',
          /^@zip\.js/,
        ],
      ],
      output: { chunkFileNames: 'chunks/[name].js' },
    },
  },
  test: {
    globalSetup: ['test/support/built-package.ts', 'test/support/real-registry.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/node/**/*.test.ts'],
          ...strictNode,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'peers',
          include: ['test/peers/*.test.ts'],
          globalSetup: ['test/support/go-programs.ts'],
          ...strictNode,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...engineProjects,
    ],
  },
})
