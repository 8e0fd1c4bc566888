import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type CommandOptions, runCommand, runInTerminal } from '../../support/command.ts'
import { HELPERS, writeHelper } from '../../support/credential-helper.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../../support/distribution.ts'

const { username, password } = HTPASSWD_USER
let registry: Distribution
let host: string
let folder: string
let file: string
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  registry = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  host = new URL(registry.url).host
})
afterAll(() => registry?.stop())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-login-'))
  file = join(folder, 'config.json')
  env = { DOCKER_CONFIG: folder }
})
afterEach(() => rmSync(folder, { recursive: true }))

const entry = { auth: Buffer.from(`${username}:${password}`).toString('base64') }
const config = () => JSON.parse(readFileSync(file, 'utf8'))
const login = (args: readonly string[], options: CommandOptions = {}) =>
  runCommand(['login', ...args], { ...options, env: { ...env, ...options.env } })
const byPipe = (input: string, ...args: readonly string[]) =>
  login([host, '-u', username, '--password-stdin', ...args], { input })

describe('registry-client login', () => {
  it.each(['\n', '\r\n', ''])('takes the password from stdin (%j at its end)', async (end) => {
    const { code, stdout, stderr } = await byPipe(password + end)
    expect([code, stdout]).toEqual([0, `Signed in to ${host} as ci\n`])
    expect(stderr).toBe(
      `warning: The password is stored unencrypted in "${file}". Set up a credential helper of Docker to change this.\n`,
    )
    expect(config()).toEqual({ auths: { [host]: entry } })
  })

  it('asks for the name and the password on a terminal, and shows no password', async () => {
    const { code, screen, raw } = await runInTerminal(['login', host], {
      env,
      columns: 160,
      keys: [
        { after: 'Username:', press: `${username}\r` },
        { after: 'Password:', press: `${password}\r` },
      ],
    })
    expect(code).toBe(0)
    expect(screen).toMatch(
      new RegExp(
        `^Username: ci\nPassword: ?\nwarning: The password is stored unencrypted[^\n]+\nSigned in to ${host} as ci$`,
      ),
    )
    expect(raw).not.toContain(password)
    expect(config()).toEqual({ auths: { [host]: entry } })
  })

  it('ends at Ctrl-C in a question, and writes nothing', async () => {
    const keys = [{ after: 'Password:', press: '\x03' }]
    const { code, screen } = await runInTerminal(['login', host, '-u', username], { env, keys })
    expect([code, screen]).toEqual([130, expect.stringContaining('error: Interrupted')])
    expect(() => config()).toThrow('ENOENT')
  })

  it('prints a document with --json', async () => {
    const { code, stdout, stderr } = await byPipe(password, '--json')
    expect(code).toBe(0)
    const document = { registry: host, username, file, helper: null, isVerified: true, hiddenBy: null }
    expect(JSON.parse(stdout)).toEqual(document)
    expect(JSON.parse(stderr)).toEqual({ warning: expect.stringContaining('unencrypted') })
  })

  it('gives the password to the helper of the config, without a warning', async () => {
    const helper = writeHelper(folder, 'keeping', HELPERS.keeps)
    writeFileSync(file, '{"credsStore":"keeping"}')
    const { code, stdout, stderr } = await login([host, '-u', username, '--password-stdin', '--json'], {
      input: password,
      env: { PATH: [folder, process.env.PATH].join(delimiter) },
    })
    expect([code, stderr, JSON.parse(stdout).helper]).toEqual([0, '', 'keeping'])
    expect(JSON.parse(readFileSync(`${helper}.kept`, 'utf8'))).toEqual({
      ServerURL: host,
      Username: username,
      Secret: password,
    })
  })

  it('exits with 6 if the registry refuses the password, and writes nothing', async () => {
    const { code, stdout, stderr } = await byPipe('wrong-password')
    expect([code, stdout]).toEqual([6, ''])
    expect(stderr).toMatch(/^error: Cannot reach the registry: .* answered 401 .*\n {2}Check the name and the password/)
    expect(stderr).not.toContain('wrong-password')
    expect(() => config()).toThrow('ENOENT')
    const { stdout: json } = await byPipe('wrong-password', '--json')
    expect(JSON.parse(json).error).toMatchObject({ code: 'CREDENTIALS_REFUSED', kind: 'signIn', exitCode: 6 })
  })

  it('warns if the registry does not ask for a sign-in, or another place is read first', async () => {
    const open = new URL(inject('registryUrl')).host
    const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { [open]: entry } })
    const { code, stderr } = await login([open, '-u', 'ann', '--password-stdin'], {
      input: 'any',
      env: { DOCKER_AUTH_CONFIG },
    })
    expect(code).toBe(0)
    expect(stderr).toContain(`warning: ${open} does not ask for a sign-in, so nobody has checked the password.\n`)
    expect(stderr).toContain(`warning: the variable DOCKER_AUTH_CONFIG has other credentials for ${open}, which`)
  })

  it.each<[string, readonly string[], string]>([
    ['a password as an argument', ['-u', 'ci', '-p', 's3cret'], 'Cannot take a password as an argument'],
    ['a password after an equals sign', ['--password=s3cret'], 'Cannot take a password as an argument'],
    ['no username for the password of stdin', ['--password-stdin'], 'Cannot use --password-stdin without a username'],
    ['an empty password', ['-u', 'ci', '--password-stdin'], 'Cannot sign in: the password is empty'],
    ['no terminal to ask on', [], 'Cannot ask "Username:": there is no terminal'],
    ['no terminal to ask for the password', ['-u', 'ci'], 'Cannot ask "Password:": there is no terminal'],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await login([host, ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(new RegExp(`^error: ${message}.*\n {2}Pass --username NAME --password-stdin, and write`))
    expect(stderr).not.toContain('s3cret')
    expect(() => config()).toThrow('ENOENT')
  })

  it('exits with 2 if the password would be typed into stdin, where the screen shows it', async () => {
    const { code, screen } = await runInTerminal(['login', host, '-u', 'ci', '--password-stdin'], { env })
    expect([code, screen]).toEqual([2, expect.stringContaining('Cannot read a password from stdin: it is a terminal')])
  })

  it('exits with 6 if the config file is broken, and leaves it alone', async () => {
    writeFileSync(file, '{"auths":')
    const { code, stderr } = await byPipe(password)
    expect([code, readFileSync(file, 'utf8')]).toEqual([6, '{"auths":'])
    expect(stderr).toMatch(/^error: Cannot read credentials from ".*": it is not a JSON object\n {2}Correct it/)
  })

  it('signs the other commands in', async () => {
    await byPipe(password)
    const push = ['push', 'test/archives/docker-29.8-graph-driver.tar', `${host}/login/app:v1`]
    expect(await runCommand(push, { env })).toMatchObject({ code: 0 })
    expect(await runCommand(['logout', host], { env })).toMatchObject({ code: 0, stdout: `Signed out of ${host}\n` })
    const { code, stderr } = await runCommand(push, { env })
    expect([code, stderr]).toEqual([6, expect.stringContaining('\n  Sign in with "registry-client login".\n')])
  })
})

describe('registry-client logout', () => {
  it('says so if there is nothing to erase', async () => {
    const { code, stdout, stderr } = await runCommand(['logout', host], { env })
    expect([code, stdout, stderr]).toEqual([0, `Not signed in to ${host}\n`, ''])
  })

  it('means Docker Hub if no registry is named, as login does', async () => {
    writeFileSync(file, JSON.stringify({ auths: { 'https://index.docker.io/v1/': entry } }))
    const { code, stdout } = await runCommand(['logout', '--json'], { env })
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { registry: 'https://index.docker.io/v1/', file, wasStored: true, remaining: [] },
    ])
    expect(config()).toEqual({ auths: {} })
  })

  it('warns if credentials remain in a file of podman', async () => {
    const podman = join(folder, 'containers/auth.json')
    mkdirSync(join(folder, 'containers'))
    writeFileSync(podman, JSON.stringify({ auths: { [host]: entry } }))
    const { code, stderr } = await runCommand(['logout', host], { env: { ...env, XDG_RUNTIME_DIR: folder } })
    expect(code).toBe(0)
    expect(stderr).toBe(
      `warning: ${podman} still has credentials for ${host}, or cannot be read; they are used from now on.\n`,
    )
  })
})
