import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { browserSessions, folderSessions, memorySessions, RegistryError } from '../../src/node/index.ts'
import { rejection } from '../support/errors.ts'
import { describeSessionStore, storedSession } from '../support/session-store-contract.ts'

const top = mkdtempSync(join(tmpdir(), 'sessions-'))
afterAll(() => rmSync(top, { recursive: true }))

let count = 0
const newFolder = () => join(top, String(++count), 'sessions')

describeSessionStore('memorySessions()', async () => {
  const store = memorySessions()
  return () => store
})

describeSessionStore('folderSessions()', async () => {
  const folder = newFolder()
  return () => folderSessions(folder)
})

describe('folderSessions()', () => {
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

  it('makes folder and files for their owner alone, and names by which nothing can be told', async () => {
    const folder = newFolder()
    await folderSessions(folder).set('key', storedSession())
    const [name = '', ...others] = readdirSync(folder)
    expect(others).toEqual([])
    // `printf key | sha256sum`
    expect(name).toBe('2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683.json')
    expect([modeOf(folder), modeOf(join(folder, name))]).toEqual(['700', '600'])
  })

  it.each([0o750, 0o705, 0o720, 0o701])(
    'refuses a folder that others may look into (%o), until it is closed',
    async (mode) => {
      const folder = newFolder()
      const store = folderSessions(folder)
      await store.set('key', storedSession())
      chmodSync(folder, mode)
      const next = folderSessions(folder)
      await rejection(next.get('key'), RegistryError, /^Cannot keep uploads in ".*others may.*chmod 700 ".*sessions"$/)
      await rejection(next.set('key', storedSession()), RegistryError, /chmod 700/)
      await rejection(next.delete('key'), RegistryError, /chmod 700/)
      chmodSync(folder, 0o700)
      expect(await next.get('key')).toBeDefined()
    },
  )

  it('refuses a folder of another user, whatever its mode, and writes nothing into it', async () => {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // As if somebody else ran this, such as root.
    const user = statSync(folder).uid
    const geteuid = vi.spyOn(process as { geteuid(): number }, 'geteuid').mockReturnValue(user + 1)
    try {
      const store = folderSessions(folder)
      const acts = [() => store.get('key'), () => store.set('key', storedSession()), () => store.delete('key')]
      for (const act of acts) {
        await rejection(
          act(),
          RegistryError,
          /^Cannot keep uploads in ".*belongs to another user \(\d+\).*folder of your own/,
        )
      }
    } finally {
      geteuid.mockRestore()
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses a link to a folder, and writes nothing where it leads', async () => {
    const folder = newFolder()
    const target = newFolder()
    for (const path of [join(folder, '..'), target]) mkdirSync(path, { recursive: true, mode: 0o700 })
    symlinkSync(target, folder)
    await rejection(
      folderSessions(folder).set('key', storedSession()),
      RegistryError,
      /it is a link.*pass the folder itself/,
    )
    expect(readdirSync(target)).toEqual([])
  })

  it.each([
    ['is empty', ''],
    ['is cut off', '{"version":1,"regis'],
    ['is no JSON', '\0\xff'],
    ['is of something else', '[]'],
    ['is huge', JSON.stringify(storedSession({ hashState: 'A'.repeat(1e6) }))],
    ['leads to another host', JSON.stringify(storedSession({ location: 'https://evil.test/' }))],
  ])('takes a file for absent, and removes it, that %s', async (_, text) => {
    for (const isSwept of [true, false]) {
      const folder = newFolder()
      const store = folderSessions(folder)
      await store.set('key', storedSession())
      const file = join(folder, readdirSync(folder)[0] as string)
      writeFileSync(file, text)
      if (isSwept) await folderSessions(folder).get('other')
      else expect(await store.get('key')).toBeUndefined()
      expect(existsSync(file)).toBe(false)
    }
  })

  it('leaves alone what is not its own', async () => {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of ['notes.txt', 'a.json', `${'0'.repeat(63)}.json`]) writeFileSync(join(folder, name), 'mine')
    await folderSessions(folder).set('key', storedSession())
    expect(readdirSync(folder)).toHaveLength(4)
  })

  it('removes what a process that was killed was writing, but not what one is writing now', async () => {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const [old, young] = ['0', '1'].map((digit) =>
      join(folder, `${digit.repeat(64)}.json.6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b.new`),
    ) as [string, string]
    for (const file of [old, young]) writeFileSync(file, '{')
    const before = new Date(Date.now() - 120_000)
    utimesSync(old, before, before)
    await folderSessions(folder).get('key')
    expect([existsSync(old), existsSync(young)]).toEqual([false, true])
  })

  it('writes a file whole or not at all, also where two write it at once', async () => {
    const folder = newFolder()
    const stores = [folderSessions(folder), folderSessions(folder)]
    const sizes = Array.from({ length: 40 }, (_, index) => 1000 * (index + 1))
    const seen: (number | undefined)[] = []
    await Promise.all(
      sizes.map(async (size, index) => {
        await stores[index % 2]?.set('key', storedSession({ size: size + 2000, hashState: 'A'.repeat(size) }))
        seen.push((await stores[index % 2]?.get('key'))?.hashState?.length)
      }),
    )
    expect(seen.every((length) => sizes.includes(length as number))).toBe(true)
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('replaces a link by a file, and writes nothing where it leads', async () => {
    const folder = newFolder()
    const store = folderSessions(folder)
    await store.set('key', storedSession())
    const file = join(folder, readdirSync(folder)[0] as string)
    const target = join(folder, 'target')
    writeFileSync(target, 'mine')
    rmSync(file)
    symlinkSync(target, file)
    await store.set('key', storedSession())
    expect(readFileSync(target, 'utf8')).toBe('mine')
  })

  it('says what is the matter where the folder is none, or cannot be made', async () => {
    const file = join(top, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'below')]) {
      await rejection(
        folderSessions(path).get('key'),
        RegistryError,
        /^Cannot keep uploads in ".*file.*": E(EXIST|NOTDIR)/,
      )
    }
  })

  it.each([
    ['XDG_STATE_HOME', 'linux', { XDG_STATE_HOME: join(top, 'xdg') }, join(top, 'xdg')],
    ['the home folder', 'linux', { XDG_STATE_HOME: '' }, join(top, 'home', '.local', 'state')],
    [
      'the home folder, by a relative XDG_STATE_HOME,',
      'linux',
      { XDG_STATE_HOME: 'state' },
      join(top, 'home', '.local', 'state'),
    ],
    ['LOCALAPPDATA', 'win32', { LOCALAPPDATA: join(top, 'local') }, join(top, 'local')],
  ])('is in %s by default', async (_, platform, env, base) => {
    vi.stubEnv('HOME', join(top, 'home'))
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const own = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor
    Object.defineProperty(process, 'platform', { ...own, value: platform })
    try {
      await folderSessions().set('key', storedSession())
      expect(readdirSync(join(base, 'registry-api-v2-client', 'sessions'))).toHaveLength(1)
    } finally {
      Object.defineProperty(process, 'platform', own)
      vi.unstubAllEnvs()
      rmSync(base, { recursive: true })
    }
  })
})

describe('browserSessions()', () => {
  it('fails where there is no IndexedDB, and only when it is used', async () => {
    await expect(browserSessions().get('key')).rejects.toThrow(/indexedDB/)
  })
})
