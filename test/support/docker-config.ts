import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { dockerCredentials } from '../../src/node/index.ts'

export const SECRET = 'tr0ub4dor'
export const REGISTRY = 'https://registry.example.com/'
export const HUB = 'https://registry-1.docker.io/'

/** The folder of the test, on the PATH. */
export let folder: string
/** The path of its `config.json`. */
export let file: string

/** Gives each test its own folder and environment, without the files of this machine. */
export function useConfigFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'))
    file = join(folder, 'config.json')
    // Nothing of the machine's own is read.
    for (const name of ['DOCKER_AUTH_CONFIG', 'REGISTRY_AUTH_FILE', 'DOCKER_CONFIG', 'XDG_CONFIG_HOME'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'run'))
    vi.stubEnv('HOME', join(folder, 'home'))
    vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
}

export const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')

/** An entry of `auths` for this user. */
export const user = (name: string) => ({ auth: base64(`${name}:${SECRET}`) })

/** What dockerCredentials() returns for such an entry. */
export const credentials = (username: string) => ({ username, password: SECRET })

/** Writes a configuration, as `config.json` by default, and returns its path. */
export function write(config: unknown, path = file): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config))
  return path
}

/** The credentials that one file has for a registry. */
export function find(config: unknown, registry = REGISTRY, scopes: readonly string[] = [], timeout?: number) {
  const provide = dockerCredentials({ file: write(config), ...(timeout !== undefined && { timeout }) })
  return provide({ registry, service: undefined, scopes })
}

/** Expects that an error shows no secret, however it is printed. */
export function expectSilence(error: Error, secret = SECRET): void {
  const shown = `${inspect(error, { depth: 10, showHidden: true })}${error.stack}${JSON.stringify(error)}`
  expect(shown).not.toContain(secret)
  expect(shown).not.toContain(base64(secret).slice(0, 8))
}
