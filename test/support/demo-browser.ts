import { fileURLToPath } from 'node:url'
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright'
import { createServer, type InlineConfig } from 'vite'
import { findChromium } from '../../scripts/find/chromium.js'

const CONFIG = fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url))

/** The demo page served, and a real browser to open it in. */
export interface DemoBrowser {
  readonly context: BrowserContext
  /** Opens a browser of its own, which has kept nothing. */
  openContext(options?: BrowserContextOptions): Promise<BrowserContext>
  /** The address of a place in the page: its query. A text is the registry of the push form. */
  urlFor(place: string | Readonly<Record<string, string>>): string
  close(): Promise<void>
}

/** @param page What is served. @default the demo */
export async function openDemoBrowser(page: InlineConfig = { configFile: CONFIG }): Promise<DemoBrowser> {
  // Without a watcher: a file that somebody saves meanwhile would load the page anew.
  const server = { host: '127.0.0.1', hmr: false, watch: null } as const
  const vite = await createServer({ ...page, logLevel: 'error', server })
  await vite.listen()
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
  })
  const openContext = (options: BrowserContextOptions = {}) =>
    browser.newContext({ locale: 'en-US', timezoneId: 'UTC', ...options })
  return {
    context: await openContext(),
    openContext,
    urlFor(place) {
      const query = typeof place === 'string' ? { registry: place, view: 'push' } : place
      return `${vite.resolvedUrls?.local[0]}?${new URLSearchParams(query)}`
    },
    async close() {
      await browser.close()
      await vite.close()
    },
  }
}
