import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ARGS = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-sandbox',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
]

/**
 * Who speaks the DevTools protocol with a browser, or with one page or worker in it.
 *
 * @typedef {object} Session
 * @property {(method: string, parameters?: object) => Promise<any>} send
 * @property {(method: string, listener: (parameters: any) => void) => void} on
 * @property {(sessionId: string) => Session} sessionOf
 */

/**
 * Starts a Chromium with a profile of its own. It is driven by its protocol alone, since playwright has every page tell it of its requests: the
 * browser then copies the bodies of them all, which costs more than sending them.
 *
 * @param {string} executable
 * @returns {Promise<{ session: Session, close: () => Promise<void> }>}
 */
export async function launchChromium(executable) {
  const profile = mkdtempSync(join(tmpdir(), 'bench-chromium-'))
  const child = spawn(executable, [...ARGS, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const session = speak(child.stdio)
  await Promise.race([
    session.send('Browser.getVersion'),
    once(child, 'exit').then(() => Promise.reject(new Error(`Cannot measure: ${executable} does not start.`))),
  ])
  return {
    session,
    async close() {
      const ended = once(child, 'exit')
      await session.send('Browser.close').catch(kill)
      await ended
      process.off('exit', kill)
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * Messages are JSON, each with a zero after it.
 *
 * @param {import('node:child_process').ChildProcess['stdio']} stdio
 * @returns {Session}
 */
function speak([, , , input, output]) {
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const asked = new Map()
  /** @type {{ sessionId: string | undefined, method: string, listener: (parameters: any) => void }[]} */
  const listeners = []
  let last = 0
  let rest = ''
  const reading = /** @type {import('node:stream').Readable} */ (output)
  reading.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    const messages = `${rest}${text}`.split('\0')
    rest = messages.pop() ?? ''
    for (const message of messages) hear(JSON.parse(message))
  })
  return sessionOf(undefined)

  /** @param {any} message */
  function hear({ id, result, error, sessionId, method, params }) {
    if (id === undefined) {
      for (const one of listeners) if (one.method === method && one.sessionId === sessionId) one.listener(params)
      return
    }
    const waiting = asked.get(id)
    asked.delete(id)
    if (error) waiting?.reject(new Error(error.message))
    else waiting?.resolve(result)
  }

  /**
   * @param {string | undefined} sessionId
   * @returns {Session}
   */
  function sessionOf(sessionId) {
    return {
      send(method, params = {}) {
        const id = ++last
        const writing = /** @type {import('node:stream').Writable} */ (input)
        return new Promise((resolve, reject) => {
          asked.set(id, { resolve, reject })
          writing.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
        })
      },
      on: (method, listener) => void listeners.push({ sessionId, method, listener }),
      sessionOf,
    }
  }
}
