import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMAND, runCommand, runInTerminal } from '../../support/command.ts'

const failure = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCommand(args)
  return { code, stdout, stderr }
}

describe('registry-client, called wrongly', { concurrent: true }, () => {
  it.each<[string[], string]>([
    [['psh'], 'error: Unknown command "psh"\n  Did you mean "push"? See registry-client --help.\n'],
    [['push'], 'error: Missing required argument "archive"\n  See registry-client push --help.\n'],
    [
      ['push', 'a.tar', 'localhost/a', '--timeout', 'x'],
      'error: Option "--timeout <seconds>" argument "x" is invalid\n  Pass a number of seconds above 0, up to 2147483. See registry-client --help.\n',
    ],
    [
      ['push', 'a.tar', 'localhost/a', '--limit', 'entries'],
      'error: Option "--limit <name=number>" argument "entries" is invalid\n  Pass NAME=NUMBER. See registry-client --help.\n',
    ],
  ])('says in two lines what is wrong with %j, and exits with 2', async (args, stderr) => {
    expect(await failure(...args)).toEqual({ code: 2, stdout: '', stderr })
  })

  it('prints the help to stderr without a command', async () => {
    const { code, stdout, stderr } = await failure()
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^Usage: registry-client <command>/)
  })

  it.each([
    [['--json'], 'registry-client'],
    [['artifact', '--json'], 'registry-client artifact'],
  ])('prints an error document instead of the help for %j', async (args, command) => {
    const { code, stdout, stderr } = await failure(...args)
    expect(code).toBe(2)
    const { error } = JSON.parse(stdout)
    expect(error).toMatchObject({ code: 'USAGE', message: 'Missing command', remedy: `see ${command} --help` })
    expect(stderr).toBe('')
  })

  it.each(['0', '-1', '0.0001', '1e3', '0x10', 'Infinity', '2147484'])('refuses --timeout=%s', async (seconds) => {
    const { code, stderr } = await failure('push', 'a.tar', 'localhost/a', `--timeout=${seconds}`)
    expect(code).toBe(2)
    expect(stderr).toContain('Pass a number of seconds above 0, up to 2147483.')
  })

  it.each(['entries', '=5', 'entries=-1', 'entries=1=2', '__proto__=5'])('refuses --limit=%s', async (limit) => {
    const { code, stderr } = await failure('push', 'a.tar', 'localhost/a', `--limit=${limit}`)
    expect(code).toBe(2)
    expect(stderr).toContain('Pass NAME=NUMBER.')
  })

  it('exits with 2 if stderr takes nothing', async () => {
    const stderr = openSync('/dev/full', 'w')
    try {
      const { status } = spawnSync(process.execPath, [COMMAND], { stdio: ['ignore', 'ignore', stderr] })
      expect(status).toBe(2)
    } finally {
      closeSync(stderr)
    }
  })

  it('prints an error document with --json', async () => {
    const { code, stdout, stderr } = await failure('push', 'a.tar', 'localhost/a', '--json', '--foo')
    expect(code).toBe(2)
    const { error } = JSON.parse(stdout)
    expect(error).toEqual({
      code: 'USAGE',
      kind: 'usage',
      exitCode: 2,
      message: 'Unknown option "--foo"',
      remedy: 'see registry-client push --help',
    })
    expect(stderr).toBe('')
  })

  it('prints an error document for a failure of the command with --json', async () => {
    const { code, stdout, stderr } = await failure('push', 'missing.tar', 'localhost/a', '--json')
    expect([code, stderr]).toEqual([3, ''])
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'FILE_UNREADABLE', kind: 'input', exitCode: 3 })
  })

  it('prints the error document to stderr if stdout takes nothing', () => {
    const full = openSync('/dev/full', 'w')
    try {
      const args = [COMMAND, 'push', 'missing.tar', 'localhost/a', '--json']
      const { status, stderr } = spawnSync(process.execPath, args, {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      })
      expect(status).not.toBe(0)
      expect(JSON.parse(stderr).error.exitCode).toBe(status)
    } finally {
      closeSync(full)
    }
  })

  it('prints the stack with --debug only', async () => {
    const [plain, debug] = await Promise.all([[], ['--debug']].map((more) => failure('push', 'missing.tar', ...more)))
    expect(plain?.stderr.trimEnd().split('\n')).toHaveLength(2)
    expect(debug?.stderr).toMatch(/\n {4}at /)
  })

  it('prints the same on a terminal', async () => {
    const { code, screen } = await runInTerminal(['psh'])
    expect(code).toBe(2)
    expect(screen).toBe('error: Unknown command "psh"\n  Did you mean "push"? See registry-client --help.')
  })
})

describe('--limit', () => {
  const archive = 'test/archives/docker-29.8-graph-driver.tar'
  const push = (limit: string) => failure('push', archive, 'localhost:1/a:v1', '--limit', limit)

  it('sets the limit that an error names', async () => {
    const { code, stderr } = await push('entries=1')
    expect(code).toBe(3)
    expect(stderr).toMatch(/\n {2}If you trust its source, raise --limit entries=NUMBER\.\n$/)
  })

  it('exits with 2 if there is no such limit', async () => {
    expect(await push('nonsense=1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no limit "nonsense"'),
    })
  })
})
