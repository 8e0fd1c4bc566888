import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node'
import { idOf, startWebKit, type WebDriver, type WebElement } from './web-driver.ts'

/** Runs the browser suites in WebKitGTK. */
export function webkitGtk(): BrowserProviderOption {
  return defineBrowserProvider({ name: 'webkit-gtk', supportedBrowser: ['webkit'], providerFactory: createProvider })
}

function createProvider(): BrowserProvider {
  let starting: Promise<WebDriver> | undefined
  const webkit = () => {
    // A page of tests loads until they are over: nobody shall wait for that.
    starting ??= startWebKit('none')
    return starting
  }
  return {
    name: 'webkit-gtk',
    supportsParallelism: false,
    // What our commands ask of playwright's page.
    getCommandsContext: () => ({
      page: {
        async setInputFiles(selector: string, path: string) {
          const { ask } = await webkit()
          const element = await ask<WebElement>('element', { using: 'css selector', value: selector })
          await ask(`element/${idOf(element)}/value`, { text: path })
        },
      },
    }),
    openPage: async (_sessionId, url) => (await webkit()).ask('url', { url }),
    close: async () => (await starting)?.end(),
  }
}
