import { createHash, randomUUID } from 'node:crypto'
import { lstat, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { RegistryError } from '../../errors.ts'
import type { KeyedStore } from '../../stores/keyed-store.ts'
import { homeFolder } from '../home.ts'

/** Nothing else in the folder is touched: it may be one with other things in it. */
const NAME = /^[0-9a-f]{64}\.json(?:\.[0-9a-f-]{36}\.new)?$/
/** In bytes. What is larger is none of ours. */
const MAX_SIZE = 64 * 1024
/** In milliseconds. What is being written for longer was left by a process that was killed. */
const MAX_WRITING = 60_000

/** What is kept, in words for messages, and how it is told from what is damaged or of no more use. */
interface FolderContent<T> {
  /** `uploads`. */
  readonly what: string
  /** Why nobody else may look into the folder. */
  readonly danger: string
  /** Gives nothing if it is none. */
  parse(value: unknown): T | undefined
  /** In milliseconds: what was written before is removed when the folder is opened. @default nothing grows old */
  readonly maxAge?: number
}

/**
 * Keeps values in a folder of this user, a file each, that nobody else may look into. The folder is made if it is not there.
 *
 * @returns a store whose methods reject with a `RegistryError` if the folder is another user's, others may look into it, or it cannot be used
 */
export function keepInFolder<T>(path: string, content: FolderContent<T>): KeyedStore<T> {
  let ready: Promise<void> | undefined
  const use = async <R>(act: () => Promise<R>): Promise<R> => {
    try {
      ready ??= openFolder(path, content)
      await ready
      return await act()
    } catch (cause) {
      ready = undefined
      if (cause instanceof RegistryError) throw cause
      const reason = cause instanceof Error ? cause.message : cause
      throw new RegistryError('STORAGE_FAILED', `Cannot keep ${content.what} in "${path}": ${reason}`, { cause })
    }
  }
  const fileOf = (key: string) => join(path, `${createHash('sha256').update(key).digest('hex')}.json`)
  return {
    get: (key) => use(() => readValue(fileOf(key), content)),
    set: (key, value) => use(() => writeValue(fileOf(key), value)),
    delete: (key) => use(() => rm(fileOf(key), { force: true })),
  }
}

/**
 * Where such a folder is, if nobody says.
 *
 * @param variable Where the user says so (XDG Base Directory Specification); Windows has one place for all.
 * @param otherwise The place in the user's home without it.
 * @throws {RegistryError} if the user has no home
 */
export function userFolder(variable: 'XDG_STATE_HOME' | 'XDG_CACHE_HOME', otherwise: string, name: string): string {
  const { [variable]: said = '', LOCALAPPDATA = '' } = process.env
  const home = process.platform === 'win32' ? LOCALAPPDATA : said
  // A relative one is to be ignored (XDG Base Directory Specification).
  if (isAbsolute(home)) return join(home, 'registry-api-v2-client', name)
  const own = homeFolder()
  if (own !== undefined) return join(own, otherwise, 'registry-api-v2-client', name)
  throw new RegistryError('STORAGE_FAILED', `Cannot find a folder for ${name}: this user has no home`, {
    remedy: `pass a path, or set HOME or ${variable}`,
  })
}

async function openFolder<T>(path: string, content: FolderContent<T>): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  // Windows has no such owners and bits; the folders of a user are his own there.
  if (process.platform !== 'win32') await requireOwn(path, content)
  await sweep(path, content)
}

/** The mode alone does not do: root may use the folder of anybody, who then reads and changes what is in it. */
async function requireOwn<T>(path: string, { what, danger }: FolderContent<T>): Promise<void> {
  const status = await lstat(path)
  const refuse = (state: string, remedy: string) =>
    new RegistryError('STORAGE_FAILED', `Cannot keep ${what} in "${path}": ${state}`, { remedy })
  if (status.isSymbolicLink())
    throw refuse('it is a link, which can be changed to lead elsewhere', 'pass the folder itself')
  const user = process.geteuid?.()
  if (user !== undefined && status.uid !== user) {
    throw refuse(`it belongs to another user (${status.uid}), and ${danger}`, `pass a folder of your own (${user})`)
  }
  if ((status.mode & 0o077) !== 0) {
    throw refuse(`others may look into it, and ${danger}`, `close it first: chmod 700 "${path}"`)
  }
}

/** Removes what is too old or damaged, and what was not written to its end. */
async function sweep<T>(path: string, content: FolderContent<T>): Promise<void> {
  for (const name of await readdir(path)) {
    if (!NAME.test(name)) continue
    const file = join(path, name)
    const isWhole = name.endsWith('.json')
    if (await isOlder(file, isWhole ? content.maxAge : MAX_WRITING)) await rm(file, { force: true })
    else if (isWhole) await readValue(file, content)
  }
}

async function isOlder(file: string, age = Number.POSITIVE_INFINITY): Promise<boolean> {
  // Another process may have finished or removed it meanwhile.
  const written = await stat(file).catch(() => undefined)
  return written !== undefined && Date.now() - written.mtimeMs > age
}

async function readValue<T>(file: string, { parse }: FolderContent<T>): Promise<T | undefined> {
  const text = await readText(file)
  if (text === undefined) return undefined
  const value = parse(parseOrNothing(text))
  if (value === undefined) await rm(file, { force: true })
  return value
}

/** Gives nothing if there is no file, and no more than a value may have. */
async function readText(path: string): Promise<string | undefined> {
  const file = await open(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return undefined
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(MAX_SIZE), 0, MAX_SIZE, 0)
    return new TextDecoder().decode(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Damaged, or another's.
    return undefined
  }
}

/** Whole or not at all, however the process ends. What a loss of power makes of it is found out when it is read. */
async function writeValue(file: string, value: unknown): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`
  try {
    await writeFile(draft, JSON.stringify(value), { mode: 0o600, flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
