import { playwright } from '@vitest/browser-playwright'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { findChromium } from '../../scripts/find/chromium.js'
import { findFirefox } from '../../scripts/find/engines.js'
import { browserCommands } from './browser-commands.ts'
import { serveMockServiceWorker } from './mock-service-worker.ts'
import { type ProjectName, sequenceOf } from './sequence.ts'
import { webkitGtk } from './webkit-gtk.ts'

/** Made ready before the tests: what is met on the way would load the page anew. */
const DEPENDENCIES = [
  ...['ky', 'fflate', 'hash-wasm', 'idb-keyval', 'nanotar', 'msw', 'msw/browser'],
  ...['zstddec/stream', '@hpcc-js/wasm-zstd', '@zip.js/zip.js', '@zip.js/zip.js/lib/zip-core-reader.js'],
]

const chromium = playwright({
  launchOptions: {
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--js-flags=--expose-gc'],
  },
})
// The channel is for a stock Firefox; without it playwright wants one of its own making.
const firefox = playwright({ launchOptions: { channel: 'moz-firefox', executablePath: findFirefox() } })

/** What tests in a browser, and what is started for it. */
interface Suites {
  readonly include: readonly string[]
  readonly globalSetup: string
}

const BROWSER: Suites = {
  include: ['test/browser/**/*.test.ts'],
  globalSetup: 'test/support/unfriendly-registries.ts',
}
const PEERS_PAGE: Suites = {
  include: ['test/peers/page/**/*.test.ts'],
  globalSetup: 'test/support/sign-in-registries.ts',
}

/** The browser suites, once in each engine, and what pages do with peers. */
export const engineProjects = [
  engineProject('browser', 'chromium', chromium, BROWSER),
  engineProject('firefox', 'firefox', firefox, BROWSER),
  engineProject('webkit', 'webkit', webkitGtk(), BROWSER),
  engineProject('peers-page', 'chromium', chromium, PEERS_PAGE),
]

function engineProject(
  name: ProjectName,
  browser: 'chromium' | 'firefox' | 'webkit',
  provider: BrowserProviderOption,
  { include, globalSetup }: Suites,
): TestProjectInlineConfiguration {
  return {
    extends: true,
    plugins: [serveMockServiceWorker()],
    optimizeDeps: { include: DEPENDENCIES },
    test: {
      name,
      include: [...include],
      testTimeout: 60_000,
      globalSetup,
      sequence: sequenceOf(name),
      browser: {
        enabled: true,
        commands: browserCommands,
        headless: true,
        screenshotFailures: false,
        provider,
        instances: [{ browser }],
      },
    },
  }
}
