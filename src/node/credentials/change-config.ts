import { chmod, chown, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseExactJson, writeExactJson } from '../../oci/exact-json.ts'
import { isJsonObject, type JsonObject, objectField } from '../../oci/json.ts'
import { withLock } from '../folder-lock.ts'
import { makeFolder } from '../make-folder.ts'
import { saving, unlessMissing } from '../saving.ts'
import { removeLeftovers, temporaryName } from '../temporary-files.ts'
import { readConfigBytes, unreadable } from './config-file.ts'

const DRAFT = '.registry-api-v2-client-config'
/** For a new file and a new folder: only their owner may access them. */
const [FILE_MODE, FOLDER_MODE] = [0o600, 0o700]

/**
 * Changes the entries in a config file, and keeps all its other fields, its mode and its owner. The new file replaces
 * the old one in one step. If the path is a link, the file that it leads to changes. The file is created if it does not
 * exist.
 *
 * @param change Returns the new `auths`. It is called again if another program changes the file at the same time.
 * @throws {ValidationError} if the file is not a config file of Docker's; then it stays as it is
 * @throws {RegistryError} if it cannot be written
 */
export async function changeAuths(
  path: string,
  change: (auths: JsonObject) => JsonObject,
  signal?: AbortSignal,
): Promise<void> {
  const target = await saving(`"${path}"`, followLinks(path))
  const folder = dirname(target)
  await saving(`"${path}"`, makeFolder(folder, FOLDER_MODE))
  await removeLeftovers(folder, DRAFT)
  await withLock(folder, signal, async () => {
    for (let isDone = false; !isDone; ) {
      const before = await readConfigBytes(target)
      const document = before ? parseDocument(before, path) : {}
      const text = writeExactJson({ ...document, auths: change(objectField(document, 'auths')) }, '\t')
      isDone = await saving(`"${path}"`, replaceFile(target, before, text))
    }
  })
}

/**
 * Checks that `changeAuths` can change a file. A file that does not exist is fine.
 *
 * @throws {ValidationError} if it is not a config file of Docker's
 */
export async function checkAuths(path: string): Promise<void> {
  const bytes = await readConfigBytes(path)
  if (bytes) parseDocument(bytes, path)
}

/** Finds the file that a path leads to. It need not exist: a link may lead nowhere yet. */
async function followLinks(path: string): Promise<string> {
  const real = await realpath(path).catch(unlessMissing)
  if (real !== undefined) return real
  const link = await readlink(path).catch(() => undefined)
  return link === undefined ? path : followLinks(resolve(dirname(path), link))
}

function parseDocument(bytes: Buffer, path: string): JsonObject {
  // Docker and podman read an empty file, too.
  if (bytes.toString().trim() === '') return {}
  const document = parseUnshown(bytes, path)
  if (!isJsonObject(document)) throw unreadable(path, 'it is not a JSON object')
  const { auths } = document
  if (auths === undefined || auths === null || isJsonObject(auths)) return document
  throw unreadable(path, 'its "auths" is not an object')
}

function parseUnshown(bytes: Buffer, path: string): unknown {
  try {
    return parseExactJson(bytes, path)
  } catch {
    // The cause is left out, because it quotes the text.
    throw unreadable(path, 'it is not a JSON object')
  }
}

/**
 * Replaces a file.
 *
 * @returns false if the file is no longer what it was before. Docker and podman take no lock.
 */
async function replaceFile(path: string, before: Buffer | undefined, text: string): Promise<boolean> {
  const draft = join(dirname(path), temporaryName(DRAFT))
  try {
    await writeFile(draft, text, { mode: FILE_MODE, flag: 'wx', flush: true })
    const status = await stat(path).catch(unlessMissing)
    if (status) {
      await chmod(draft, status.mode & 0o777)
      // Only root may give a file away. Another user gets the new file, as with Docker.
      await chown(draft, status.uid, status.gid).catch(() => {})
    }
    const now = await readConfigBytes(path)
    if (before ? !now?.equals(before) : now) return false
    await rename(draft, path)
    return true
  } finally {
    await rm(draft, { force: true })
  }
}
