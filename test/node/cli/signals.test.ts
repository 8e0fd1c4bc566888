import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pushDockerTar } from '../../../src/node/index.ts'
import { COMMAND, runCommand, runInTerminal, startCommand } from '../../support/command.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const SHOW_CURSOR = '\x1b[?25h'
const folder = mkdtempSync(join(tmpdir(), 'command-signals-'))
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
  await pushDockerTar(ARCHIVE, inject('registryUrl'), 'cli/interrupted-pull', 'v1')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
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

  it.each([
    [
      'layout/',
      /\n {2}The folder ".*layout\/" may have whole blobs of it\. Run the same command again to complete it\.\n/,
    ],
    ['-', /\n {2}The archive on stdout is not complete\.\n/],
    ['app.tar', /\n {2}No incomplete files are left\.\n/],
  ])('says what a pull to %s leaves', async (output, left) => {
    const name = `${new URL(inject('registryUrl')).host}/cli/interrupted-pull:v1`
    const { code, stderr } = await runCommand(['pull', name, '-o', output, '--limit-rate', '1k', '--debug'], {
      cwd: folder,
      kill: { signal: 'SIGINT', after: '/blobs/sha256:' },
    })
    expect([code, stderr]).toEqual([130, expect.stringMatching(left)])
  })

  it('ends the loop of a shell', async () => {
    const output = join(folder, 'loop')
    const name = `${new URL(inject('registryUrl')).host}/cli/interrupted-pull:v1`
    const pull = `"$0" "$1" pull ${name} -o ${output}-$number.tar --limit-rate 1k --debug`
    const script = `for number in 1 2; do ${pull}; echo "next $number"; done`
    const shell = spawn('bash', ['-c', script, process.execPath, COMMAND], { detached: true })
    let [stdout, stderr] = ['', '']
    shell.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    shell.stderr.on('data', (chunk) => {
      // To the whole group, as a terminal sends it.
      if (!stderr.includes('/blobs/sha256:') && `${stderr}${chunk}`.includes('/blobs/sha256:')) {
        process.kill(-(shell.pid as number), 'SIGINT')
      }
      stderr += chunk
    })
    await once(shell, 'close')
    expect([stdout, shell.signalCode]).toEqual(['', 'SIGINT'])
  })

  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('ends after %s although nobody opens the named pipe that it writes to', async (signal, exit) => {
    const pipe = join(folder, `pipe-${signal}`)
    execFileSync('mkfifo', [pipe])
    const name = `${new URL(inject('registryUrl')).host}/cli/interrupted-pull:v1`
    const { outcome, kill } = startCommand(['pull', name, '-o', pipe])
    // By then it waits for a reader.
    setTimeout(kill, 1500, signal)
    expect(await outcome).toMatchObject({ code: exit, stdout: '' })
  })

  it('exits with its own code if the signal comes after the result', async () => {
    for (let run = 0; run < 12; run++) {
      const { firstLine, outcome, kill } = startCommand(['completion', 'bash'])
      await firstLine
      kill('SIGINT')
      expect(await outcome).toMatchObject({ code: 0, stderr: '' })
    }
  })

  it('prints an error document with --json', async () => {
    const { code, stdout } = await runCommand([...push(), '--json'], { kill: { signal: 'SIGTERM', after: STARTED } })
    expect(code).toBe(143)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted', exitCode: 143 })
  })
})
