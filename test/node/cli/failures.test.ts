import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { EXIT } from '../../../src/cli/terminal/exit-code.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../../src/testing/node.ts'
import { runCommand, withoutProgress } from '../../support/command.ts'

const host = new URL(inject('registryUrl')).host
const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const folder = mkdtempSync(join(tmpdir(), 'command-failures-'))
const servers: ServedTestRegistry[] = []
let names: Readonly<Record<'refusing' | 'private' | 'failing' | 'nobody', string>>

beforeAll(async () => {
  const start = async (options: Parameters<typeof serveTestRegistry>[0]) => {
    const server = await serveTestRegistry(options)
    servers.push(server)
    return new URL(server.url).host
  }
  names = {
    refusing: await start({ readOnly: true }),
    private: await start({ credentials: { username: 'ci', password: 'secret' } }),
    failing: await start({ faults: [{ kind: 'status', status: 503, times: 1000 }] }),
    nobody: `127.0.0.1:${await freePort()}`,
  }
})
afterAll(async () => {
  for (const server of servers) await server.close()
  rmSync(folder, { recursive: true })
})

/** Returns a port on which nobody listens. */
function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** The exit codes, as docs/cli.md has them. */
const CODES = { failed: 1, usage: 2, input: 3, refused: 4, notFound: 5, signIn: 6, network: 7 } as const

/** A failure of a command: how it is called, and what it says. */
type Row = readonly [
  kind: keyof typeof CODES,
  code: string,
  args: () => readonly string[],
  message: RegExp,
  remedy: RegExp,
]

const ROWS: readonly Row[] = [
  [
    'usage',
    'USAGE',
    () => ['push', ARCHIVE, host, '--tga', 'v1'],
    /^Unknown option "--tga"$/,
    /^Did you mean "--tag"\?/,
  ],
  ['usage', 'USAGE', () => ['login', host], /^Cannot ask "Username:"/, /^pass --?u/],
  ['input', 'FILE_UNREADABLE', () => ['inspect', 'missing.tar'], /^Cannot open "missing\.tar"/, /^check the path$/],
  ['input', 'NOT_AN_ARCHIVE', () => ['inspect', join(folder, 'text.tar')], /it is a text file/, /docker save/],
  ['input', 'REFERENCE_INVALID', () => ['digest', `${host}/UPPER:v1`], /"\S*UPPER/, /./],
  ['refused', 'NOT_ALLOWED', () => ['push', ARCHIVE, `${names.refusing}/a:v1`], / answered 405 /, /./],
  [
    'notFound',
    'NOT_FOUND',
    () => ['digest', `${host}/cli/none:v1`],
    / answered 404/,
    /registry-client tags \S+\/cli\/none" lists/,
  ],
  [
    'notFound',
    'NOT_FOUND',
    () => ['tags', `${host}/cli/none`],
    / answered 404/,
    /registry-client repos [^\s/]+" lists/,
  ],
  ['signIn', 'SIGN_IN_REQUIRED', () => ['digest', `${names.private}/a:v1`], / 401/, /"registry-client login"/],
  ['network', 'SERVER_FAILED', () => ['digest', `${names.failing}/a:v1`, '--timeout', '1'], / answered 503/, /./],
  ['network', 'NO_ANSWER', () => ['digest', `${names.nobody}/a:v1`], /ECONNREFUSED/, /./],
  [
    'failed',
    'CANNOT_LISTEN',
    () => ['serve', '--port', new URL(`http://${host}`).port],
    /EADDRINUSE|in use/,
    /choose another one/,
  ],
  ['failed', 'STORAGE_FAILED', () => ['pull', `${host}/cli/failures:v1`, '-o', '/proc/a.tar'], /\/proc\/a\.tar/, /./],
]

describe('a failure of registry-client', { concurrent: true }, () => {
  beforeAll(async () => {
    writeFileSync(join(folder, 'text.tar'), 'no archive\n'.repeat(100))
    expect(await runCommand(['push', ARCHIVE, `${host}/cli/failures:v1`])).toMatchObject({ code: 0 })
  })

  it.each(ROWS)(
    'of the kind %s, such as %s, has its exit code, a line of what failed and one of the remedy',
    async (...row) => {
      const [kind, code, args, message, remedy] = row
      const [plain, json] = await Promise.all([[], ['--json']].map((flags) => runCommand([...args(), ...flags])))
      const { error } = JSON.parse(json?.stdout ?? '')
      expect(error).toEqual({
        ...{ kind, code, exitCode: CODES[kind] },
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(new RegExp(remedy, 'i')),
      })
      expect(withoutProgress(json?.stderr ?? '')).toBe('')
      const [first] = error.remedy
      expect(withoutProgress(plain?.stderr ?? '')).toBe(
        `error: ${error.message}\n  ${first.toUpperCase()}${error.remedy.slice(1)}.\n`,
      )
      expect([plain?.code, plain?.stdout, json?.code]).toEqual([CODES[kind], '', CODES[kind]])
    },
  )

  it('has a row here for each kind', () => {
    // Done is none; signals.test.ts interrupts, and output.test.ts closes stdout.
    const others = { done: 0, interrupted: 130, closed: 141 }
    expect(EXIT).toEqual({ ...CODES, ...others })
    expect(new Set(ROWS.map(([kind]) => kind))).toEqual(new Set(Object.keys(CODES)))
  })

  it('is preceded by a note if no connection opens for some seconds', async () => {
    const { stderr, code } = await runCommand(['push', ARCHIVE, `${names.nobody}/a:v1`])
    expect(code).toBe(7)
    const [note, error] = withoutProgress(stderr).split('\n')
    expect(note).toBe(`No connection to ${names.nobody} yet (ECONNREFUSED). Trying again.`)
    expect(error).toMatch(/^error: .*ECONNREFUSED/)
  })
})
