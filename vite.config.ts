import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium } from './scripts/find/chromium.js'
import { browserCommands } from './test/support/browser-commands.ts'
import { serveMockServiceWorker } from './test/support/mock-service-worker.ts'

const browserDependencies = [
  'ky',
  'hash-wasm',
  'nanotar',
  'msw',
  'msw/browser',
  'zstddec/stream',
  '@zip.js/zip.js',
  '@zip.js/zip.js/lib/zip-core-reader.js',
]

export default defineConfig({
  build: {
    lib: {
      entry: {
        index: 'src/index.ts',
        'node/index': 'src/node/index.ts',
        'testing/index': 'src/testing/index.ts',
        'testing/node': 'src/testing/node.ts',
      },
      formats: ['es'],
    },
    target: 'es2022',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      external: [/^node:/, 'ky', 'hash-wasm', 'nanotar', 'srvx/node', 'zstddec/stream', /^@zip\.js/],
      output: { preserveModules: true, preserveModulesRoot: 'src' },
    },
  },
  test: {
    globalSetup: ['test/support/built-package.ts', 'test/support/real-registry.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/node/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: 'peers', include: ['test/peers/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        plugins: [serveMockServiceWorker()],
        optimizeDeps: { include: browserDependencies },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          globalSetup: 'test/support/unfriendly-registries.ts',
          browser: {
            enabled: true,
            commands: browserCommands,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: findChromium(),
                args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
