import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../../scripts/find/port.js'

/** An element of a page, as WebDriver sends it: its ID in an object, under a long name of its own. */
export type WebElement = Readonly<Record<string, string>>

/** One window of WebKitGTK, driven by WebDriver. */
export interface WebDriver {
  /** Sends a command of the session, such as `url` or `element/ID/click`, and gives the value of its answer. A command without a body is a GET. */
  ask<T>(command: string, body?: object): Promise<T>
  end(): Promise<void>
}

/**
 * Starts the WebKit that Debian has on a display that nobody sees. Playwright cannot drive it.
 *
 * @param pageLoadStrategy Whether `url` waits until the page is loaded (`normal`), or not at all (`none`).
 */
export async function startWebKit(pageLoadStrategy: 'normal' | 'none'): Promise<WebDriver> {
  const display = await startDisplay()
  const driver = await startDriver(display.name)
  const { sessionId } = await ask<{ sessionId: string }>(`${driver.url}/session`, {
    capabilities: { alwaysMatch: { browserName: 'MiniBrowser', pageLoadStrategy } },
  })
  const url = `${driver.url}/session/${sessionId}`
  return {
    ask: (command, body) => ask(`${url}/${command}`, body),
    async end() {
      // A browser that crashed cannot be asked to leave; the programs are ended either way.
      await fetch(url, { method: 'DELETE' }).catch(() => undefined)
      driver.process.kill()
      display.process.kill()
    },
  }
}

/** The ID of an element, for commands about it. */
export const idOf = (element: WebElement): string => Object.values(element)[0] ?? ''

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

async function ask<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, body && { method: 'POST', body: JSON.stringify(body) })
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`)
  return value
}
