import * as os from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { configPaths } from '../../src/node/credentials/config-file.ts'
import { homeFolder } from '../../src/node/home.ts'
import { dockerCredentials, folderCompressions, folderSessions, RegistryError } from '../../src/node/index.ts'
import { userFolder } from '../../src/node/stores/folder-store.ts'

const userInfo = vi.hoisted(() => vi.fn())
vi.mock('node:os', async (load) => ({ ...(await load<typeof os>()), userInfo }))

const NAMES = [
  'HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'DOCKER_CONFIG',
  'REGISTRY_AUTH_FILE',
]

/** A user with this `HOME`, and with this home in the system's list, if any. */
function become(home: string | undefined, listed?: string): void {
  for (const name of NAMES) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', home)
  userInfo.mockImplementation(() => {
    if (listed === undefined) throw new Error('ENOENT: no such user')
    return { homedir: listed }
  })
}
afterEach(() => vi.unstubAllEnvs())

describe('homeFolder()', () => {
  it('is HOME, if that is absolute', () => {
    become('/home/one', '/home/listed')
    expect(homeFolder()).toBe('/home/one')
  })

  it.each(['', 'here', './here', '..'])('is what the system has where HOME is %j', (home) => {
    become(home, '/home/listed')
    expect(homeFolder()).toBe('/home/listed')
    expect(userFolder('XDG_STATE_HOME', '.local/state', 'sessions')).toBe(
      '/home/listed/.local/state/registry-api-v2-client/sessions',
    )
    expect(configPaths()).toContain('/home/listed/.docker/config.json')
    expect(configPaths()).toContain('/home/listed/.config/containers/auth.json')
  })
})

describe('a user without a home', () => {
  it.each(['', 'here'])(
    'gets an error that names the remedy, and no folder below the current one (HOME=%j)',
    (home) => {
      become(home)
      for (const open of [folderSessions, folderCompressions]) {
        expect(() => open()).toThrow(RegistryError)
        expect(() => open()).toThrow(/no home folder; pass a path, or set HOME or XDG_/)
      }
    },
  )

  it.each(['', 'here'])('reads credentials from no file below the current folder (HOME=%j)', async (home) => {
    become(home)
    vi.stubEnv('XDG_CONFIG_HOME', 'config')
    vi.stubEnv('XDG_RUNTIME_DIR', 'run')
    for (const path of configPaths()) expect(path).toMatch(/^\//)
    vi.stubEnv('DOCKER_CONFIG', join(os.tmpdir(), 'no-such-folder'))
    expect(configPaths()).toContain(join(os.tmpdir(), 'no-such-folder', 'config.json'))
    const ask = dockerCredentials()
    expect(await ask({ registry: 'https://a.test/', service: undefined, scopes: [] })).toBeUndefined()
  })
})
