import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listTags, pushDockerTar } from '../../../src/node/index.ts'
import { createTestArchive } from '../../../src/testing/index.ts'
import { runCommand, runInTerminal, startCommand } from '../../support/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'cli-serve-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const archive = await createTestArchive()

/** Starts a registry on a free port, and waits until it is ready. */
async function start(...args: string[]) {
  const command = startCommand(['serve', '--port', '0', '--json', ...args])
  const { url, ...ready } = JSON.parse(await command.firstLine)
  return {
    url: url as string,
    ready,
    /** Presses Ctrl-C. */
    stop() {
      command.kill('SIGINT')
      return command.outcome
    },
  }
}

describe('registry-client serve', () => {
  it('serves a registry in memory until Ctrl-C, and prints one line as soon as it is ready', async () => {
    const { url, ready, stop } = await start()
    const { port } = new URL(url)
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect(ready).toEqual({ name: `localhost:${port}`, folder: null, readOnly: false })
    const digest = await pushDockerTar(archive, url, 'team/app', 'v1')
    expect(await listTags(url, 'team/app')).toEqual(['v1'])
    // A page of any origin may use it.
    const answer = await fetch(`${url}/v2/team/app/manifests/${digest}`, { headers: { origin: 'https://page.test' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(await stop()).toMatchObject({ code: 0, stderr: '' })
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('keeps its content in a folder, for the next time and for a registry that is read-only', async () => {
    const data = join(folder, 'data')
    const first = await start('--folder', data)
    expect(first.ready.folder).toBe(data)
    await pushDockerTar(archive, first.url, 'team/app', 'v1')
    await first.stop()
    const second = await start('--folder', data, '--read-only')
    expect(await listTags(second.url, 'team/app')).toEqual(['v1'])
    await expect(pushDockerTar(archive, second.url, 'team/other', 'v1')).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    expect(await second.stop()).toMatchObject({ code: 0 })
  })

  it('tells people that it is for trials, what to try, and with --debug each request', async () => {
    const command = startCommand(['serve', '--port', '0', '--debug'])
    const url = await command.firstLine
    await fetch(`${url}/v2/?secret=1`)
    command.kill('SIGTERM')
    const { code, stdout, stderr } = await command.outcome
    expect(code).toBe(0)
    expect(stdout).toBe(`${url}\n`)
    const name = `localhost:${new URL(url).port}`
    expect(stderr.split('\n')).toEqual([
      'This is a registry for trials, without a sign-in. Its content is in memory, and is lost when it stops.',
      'For production use distribution, Harbor or zot.',
      'Try:',
      `  registry-client push app.tar ${name}/app:v1`,
      `  docker push ${name}/app:v1`,
      `  registry-client repos ${name}`,
      'Press Ctrl-C to stop.',
      expect.stringMatching(/^debug: GET \/v2\/ 200, 0 B received, 2 B sent, \d+ ms$/),
      'Stopped.',
      '',
    ])
  })

  it('stops by Ctrl-C in a terminal', async () => {
    const keys = [{ after: 'Press Ctrl-C to stop.', press: '\u0003' }]
    const { code, screen } = await runInTerminal(['serve', '--port', '0'], { keys })
    expect(code).toBe(0)
    expect(screen).toMatch(/^http:\/\/127\.0\.0\.1:\d+\nThis is a registry for trials/)
    expect(screen).toMatch(/\nPress Ctrl-C to stop\.\n(\^C)?Stopped\.$/)
  })

  it.each([
    [[], 'Everyone who reaches 0.0.0.0 can read and write this registry'],
    [['--read-only'], 'Everyone who reaches 0.0.0.0 can read this registry'],
  ])('warns that all machines can use it on 0.0.0.0: %s', async (flags, warning) => {
    const { stop, ready } = await start('--host', '0.0.0.0', ...flags)
    expect(ready.name).toMatch(/^localhost:/)
    expect((await stop()).stderr).toContain(warning)
  })

  it('fails with a remedy if the port is taken', async () => {
    const { url, stop } = await start()
    const { code, stdout, stderr } = await runCommand(['serve', '--port', new URL(url).port])
    await stop()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /^error: Cannot listen on 127\.0\.0\.1:\d+: .*\n {2}Stop what uses the port, or choose another/,
    )
  })

  it('does not touch a folder with other content', async () => {
    const other = join(folder, 'other')
    writeFileSync(other, 'a file')
    const { code, stderr } = await runCommand(['serve', '--port', '0', '--folder', folder])
    expect(code).toBe(3)
    expect(stderr).toContain(`error: Cannot serve "${folder}": it has other content`)
    expect(existsSync(other)).toBe(true)
  })

  it('takes no empty host, which would be all addresses of the machine', async () => {
    const { code, stderr } = await runCommand(['serve', '--port', '0', '--host', ''])
    expect(code).toBe(2)
    expect(stderr).toContain('Pass an address of this machine')
  })

  it.each(['99999', '-1', 'x', ''])('takes no port "%s"', async (port) => {
    const { code, stderr } = await runCommand(['serve', `--port=${port}`])
    expect(code).toBe(2)
    expect(stderr).toContain('Pass a number from 0 to 65535')
  })
})
