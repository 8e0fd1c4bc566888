import { createHash, randomUUID } from 'node:crypto'
import { lstat, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { RegistryError } from '../../errors.ts'
import type { KeyedStore } from '../../stores/keyed-store.ts'
import { homeFolder } from '../home.ts'
import { makeFolder } from '../make-folder.ts'

/** Matches the store's own files. All other files are left alone, because the folder may have other content. */
const NAME = /^[0-9a-f]{64}\.json(?:\.[0-9a-f-]{36}\.new)?$/
/** The maximum size of a file in bytes. Larger files are not the store's own. */
const MAX_SIZE = 64 * 1024
/** The maximum age of an unfinished file in milliseconds. An older one is left over from a killed process. */
const MAX_WRITING = 60_000

/** Describes the values of a store: words for messages, a parser, and a maximum age. */
interface FolderContent<T> {
  /** The name of the values, such as `uploads`. */
  readonly what: string
  /** The reason why nobody else may access the folder. */
  readonly danger: string
  /** Returns `undefined` if the value is not valid. */
  parse(value: unknown): T | undefined
  /**
   * The maximum age of a value in milliseconds. Older values are removed when the folder is opened. @default no limit
   */
  readonly maxAge?: number
}

/**
 * Creates a store in a folder that only this user may access. Each value is one file. The folder is created if it does
 * not exist.
 *
 * @returns the store. Its methods reject with a `RegistryError` if the folder is a link, belongs to another user, can
 *   be accessed by others, or cannot be used.
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
    list: () => use(() => readAll(path, content)),
  }
}

/**
 * Returns the default path of a store's folder.
 *
 * @param variable The environment variable with the base folder (XDG Base Directory Specification). On Windows,
 *   `LOCALAPPDATA` is used instead.
 * @param otherwise The base folder in the user's home if the variable is not set.
 * @param name The last part of the path.
 * @throws {RegistryError} if the user has no home folder
 */
export function userFolder(variable: 'XDG_STATE_HOME' | 'XDG_CACHE_HOME', otherwise: string, name: string): string {
  const { [variable]: said = '', LOCALAPPDATA = '' } = process.env
  const home = process.platform === 'win32' ? LOCALAPPDATA : said
  // A relative path must be ignored (XDG Base Directory Specification).
  if (isAbsolute(home)) return join(home, 'registry-api-v2-client', name)
  const own = homeFolder()
  if (own !== undefined) return join(own, otherwise, 'registry-api-v2-client', name)
  throw new RegistryError('STORAGE_FAILED', `Cannot find a folder for ${name}: this user has no home folder`, {
    remedy: `pass a path, or set HOME or ${variable}`,
  })
}

async function openFolder<T>(path: string, content: FolderContent<T>): Promise<void> {
  await makeFolder(path, 0o700)
  // Windows has no such owners and mode bits. There, a user's folders are private by default.
  if (process.platform !== 'win32') await requireOwn(path, content)
  await sweep(path, content)
}

/**
 * Throws unless the folder belongs to this user and is closed to others. The mode alone is not enough: root can use the
 * folder of another user, who could then read and change the files.
 */
async function requireOwn<T>(path: string, { what, danger }: FolderContent<T>): Promise<void> {
  const status = await lstat(path)
  const refuse = (state: string, remedy: string) =>
    new RegistryError('STORAGE_FAILED', `Cannot keep ${what} in "${path}": ${state}`, { remedy })
  if (status.isSymbolicLink()) throw refuse('it is a link, which can be redirected', 'pass the folder itself')
  const user = process.geteuid?.()
  if (user !== undefined && status.uid !== user) {
    throw refuse(`it belongs to another user (${status.uid}), and ${danger}`, `pass a folder of your own (${user})`)
  }
  if ((status.mode & 0o077) !== 0) {
    throw refuse(`others may access it, and ${danger}`, `close it first: chmod 700 "${path}"`)
  }
}

/** Removes files that are too old, damaged or unfinished. */
async function sweep<T>(path: string, content: FolderContent<T>): Promise<void> {
  for (const name of await readdir(path)) {
    if (!NAME.test(name)) continue
    const file = join(path, name)
    const isWhole = name.endsWith('.json')
    if (await isOlder(file, isWhole ? content.maxAge : MAX_WRITING)) await rm(file, { force: true })
    else if (isWhole) await readValue(file, content)
  }
}

async function readAll<T>(path: string, content: FolderContent<T>): Promise<T[]> {
  const names = (await readdir(path)).filter((name) => NAME.test(name) && name.endsWith('.json'))
  const values: T[] = []
  for (const name of names) {
    const value = await readValue(join(path, name), content)
    if (value !== undefined) values.push(value)
  }
  return values
}

async function isOlder(file: string, age = Number.POSITIVE_INFINITY): Promise<boolean> {
  // Another process may have renamed or removed the file in the meantime.
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

/** Reads at most `MAX_SIZE` bytes; returns `undefined` if the file does not exist. */
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
    // The file is damaged, or not the store's own.
    return undefined
  }
}

/**
 * Writes a file atomically, even if the process is killed. Damage by a power failure is detected when the file is read.
 */
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
