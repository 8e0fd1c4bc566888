import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node'
import { freePort } from '../../scripts/find/port.js'

/** Runs tests in the WebKit that Debian has, WebKitGTK, which playwright cannot drive: by WebDriver, on a display that nobody sees. */
export function webkitGtk(): BrowserProviderOption {
  return defineBrowserProvider({ name: 'webkit-gtk', supportedBrowser: ['webkit'], providerFactory: createProvider })
}

function createProvider(): BrowserProvider {
  let starting: Promise<Session> | undefined
  const session = () => {
    starting ??= startSession()
    return starting
  }
  return {
    name: 'webkit-gtk',
    supportsParallelism: false,
    // What our commands ask of playwright's page.
    getCommandsContext: () => ({
      page: { setInputFiles: async (selector: string, path: string) => (await session()).chooseFile(selector, path) },
    }),
    openPage: async (_sessionId, url) => (await session()).open(url),
    close: async () => (await starting)?.end(),
  }
}

/** One window of WebKit's. */
interface Session {
  open(url: string): Promise<void>
  chooseFile(selector: string, path: string): Promise<void>
  end(): Promise<void>
}

async function startSession(): Promise<Session> {
  const display = await startDisplay()
  const driver = await startDriver(display.name)
  const { sessionId } = await ask<{ sessionId: string }>(`${driver.url}/session`, {
    // A page of tests loads until they are over: nobody shall wait for that.
    capabilities: { alwaysMatch: { browserName: 'MiniBrowser', pageLoadStrategy: 'none' } },
  })
  const url = `${driver.url}/session/${sessionId}`
  return {
    open: (page) => ask(`${url}/url`, { url: page }),
    async chooseFile(selector, path) {
      const element = await ask<object>(`${url}/element`, { using: 'css selector', value: selector })
      // WebDriver wraps an element's ID in an object, under a long name of its own.
      await ask(`${url}/element/${Object.values(element)[0]}/value`, { text: path })
    },
    async end() {
      // A browser that crashed cannot be asked to leave; the programs are ended either way.
      await fetch(url, { method: 'DELETE' }).catch(() => undefined)
      driver.process.kill()
      display.process.kill()
    },
  }
}

async function startDisplay(): Promise<{ name: string; process: ChildProcess }> {
  // It takes a number that is free, and writes it to its output.
  const child = spawn('Xvfb', ['-displayfd', '1', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] })
  endWithUs(child)
  const [number] = await Promise.race([once(child.stdout, 'data'), once(child.stdout, 'end')])
  if (!number) throw new Error('Xvfb ended at once.')
  return { name: `:${String(number).trim()}`, process: child }
}

async function startDriver(display: string): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort()
  const env = {
    ...process.env,
    DISPLAY: display,
    // In a container root cannot make the namespaces that the sandbox needs, and there is no graphics card.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  }
  const child = spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore', env })
  endWithUs(child)
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 100; attempt++) {
    const isReady = await ask(`${url}/status`).then(
      () => true,
      () => false,
    )
    if (isReady) return { url, process: child }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('WebKitWebDriver did not answer within 10 s.')
}

/** For a run that breaks off, and closes nothing. */
function endWithUs(child: ChildProcess): void {
  process.once('exit', () => child.kill())
}

/** Asks WebDriver, and gives the value that it answers. */
async function ask<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, body && { method: 'POST', body: JSON.stringify(body) })
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`)
  return value
}
