import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand, runInTerminal } from '../../support/command.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const SHOW_CURSOR = '\x1b[?25h'
let server: Server
let host: string

// A registry that opens uploads, and answers nothing else: neither the bytes nor the cleanup.
beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '' } = request
    if (url === '/v2/') response.end('{}')
    else if (request.method === 'HEAD' || request.method === 'GET') response.writeHead(404).end()
    else if (request.method === 'POST') response.writeHead(202, { location: `${url}1` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const push = () => ['push', ARCHIVE, `${host}/signals:v1`, '--debug', '--no-tty']
/** Printed when the push begins to send bytes. */
const STARTED = '/blobs/uploads/ 202'

describe('registry-client, when it is interrupted', { concurrent: true }, () => {
  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])(
    'ends after %s within the time for the cleanup, although the registry is silent, with %i',
    async (signal, exit) => {
      const begin = Date.now()
      const { code, stdout, stderr } = await runCommand(push(), { kill: { signal, after: STARTED } })
      expect([code, stdout]).toEqual([exit, ''])
      expect(stderr).toContain('\nInterrupted. Cleaning up; press Ctrl-C again to end at once.\n')
      expect(stderr).toContain(
        '\n  The registry did not answer in time: an unfinished upload may stay there until it expires.\n',
      )
      expect(Date.now() - begin).toBeLessThan(30_000)
    },
  )

  it('ends at once after a second Ctrl-C, and shows the cursor', async () => {
    const begin = Date.now()
    const { code, screen, raw } = await runInTerminal(['push', ARCHIVE, `${host}/signals:v2`], {
      keys: [
        { after: '] ', press: '\x03' },
        { after: 'press Ctrl-C again', press: '\x03' },
      ],
    })
    expect(code).toBe(130)
    expect(screen).toMatch(/^Interrupted\. Cleaning up; press Ctrl-C again to end at once\.$/m)
    expect(raw.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'))
    expect(Date.now() - begin).toBeLessThan(8_000)
  })

  it('prints an error document with --json', async () => {
    const { code, stdout } = await runCommand([...push(), '--json'], { kill: { signal: 'SIGTERM', after: STARTED } })
    expect(code).toBe(143)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted', exitCode: 143 })
  })
})
