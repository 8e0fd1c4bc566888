import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { RegistryError } from '../errors.ts'
import { parseStoredSession, type SessionStore, type StoredSession } from '../registry/sessions/store.ts'

/** Nothing else in the folder is touched: it may be one with other things in it. */
const NAME = /^[0-9a-f]{64}\.json(?:\.[0-9a-f-]{36}\.new)?$/
/** In bytes. What is larger is no session. */
const MAX_SIZE = 64 * 1024
/** In milliseconds. What is being written for longer was left by a process that was killed. */
const MAX_WRITING = 60_000

/**
 * Keeps uploads in a folder, a file each, that only its owner may look into: who reads where an upload goes on can meddle with it.
 *
 * @param path The folder, which is made if it is not there. @default `registry-api-v2-client/sessions` in `$XDG_STATE_HOME`, else in
 *   `~/.local/state`; on Windows in `%LOCALAPPDATA%`
 * @returns a store whose methods reject with a `RegistryError` if others may look into the folder, or it cannot be used
 */
export function folderSessions(path: string = defaultFolder()): SessionStore {
  let ready: Promise<void> | undefined
  const use = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      ready ??= openFolder(path)
      await ready
      return await act()
    } catch (cause) {
      ready = undefined
      if (cause instanceof RegistryError) throw cause
      const reason = cause instanceof Error ? cause.message : cause
      throw new RegistryError(`Cannot keep uploads in "${path}": ${reason}`, { cause })
    }
  }
  const fileOf = (key: string) => join(path, `${createHash('sha256').update(key).digest('hex')}.json`)
  return {
    get: (key) => use(() => readSession(fileOf(key))),
    set: (key, session) => use(() => writeSession(fileOf(key), session)),
    delete: (key) => use(() => rm(fileOf(key), { force: true })),
  }
}

function defaultFolder(): string {
  const { XDG_STATE_HOME = '', LOCALAPPDATA = '' } = process.env
  const home = process.platform === 'win32' ? LOCALAPPDATA : XDG_STATE_HOME
  // A relative one is to be ignored (XDG Base Directory Specification).
  const base = isAbsolute(home) ? home : join(homedir(), '.local', 'state')
  return join(base, 'registry-api-v2-client', 'sessions')
}

async function openFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const { mode } = await stat(path)
  // Windows has no such bits; the folders of a user are his own there.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new RegistryError(
      `Cannot keep uploads in "${path}": others may look into it, and whoever knows where an upload goes on can meddle with it; ` +
        `close it first: chmod 700 "${path}"`,
    )
  }
  await sweep(path)
}

/** Removes what is too old or damaged, and what was not written to its end. */
async function sweep(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (!NAME.test(name)) continue
    const file = join(path, name)
    if (name.endsWith('.json')) await readSession(file)
    else if (await isLeftBehind(file)) await rm(file, { force: true })
  }
}

async function isLeftBehind(file: string): Promise<boolean> {
  // Another process may have finished it meanwhile.
  const written = await stat(file).catch(() => undefined)
  return written !== undefined && Date.now() - written.mtimeMs > MAX_WRITING
}

async function readSession(file: string): Promise<StoredSession | undefined> {
  const text = await readText(file)
  if (text === undefined) return undefined
  const session = parseStoredSession(parseOrNothing(text))
  if (!session) await rm(file, { force: true })
  return session
}

/** Gives nothing if there is no file, and no more than a session has. */
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
async function writeSession(file: string, session: StoredSession): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`
  try {
    await writeFile(draft, JSON.stringify(session), { mode: 0o600, flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
