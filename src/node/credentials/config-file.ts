import { open, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { ValidationError } from '../../errors.ts'
import { isJsonObject, type JsonObject, objectField, textField } from '../../oci/json.ts'
import { homeFolder } from '../home.ts'

/** The credential settings from a config file of Docker or podman, or from an environment variable. */
export interface DockerConfig {
  /** A description of the file or variable, for error messages. */
  readonly place: string
  /** Maps hosts to the names of their helpers. */
  readonly credHelpers: JsonObject
  /** The name of the helper for all other hosts. */
  readonly credsStore: string | undefined
  /** Maps hosts or repositories to their entries. */
  readonly auths: JsonObject
}

/** The maximum size of a config file in bytes. */
const MAX_SIZE = 2 ** 20
const FILE_REMEDY = 'correct it, or pass another file with { file }'

/**
 * Returns the path of the file to store credentials in: `REGISTRY_AUTH_FILE`, otherwise Docker's `config.json`.
 *
 * @returns `undefined` if no variable names the file, and the user has no home folder
 */
export function storePath(): string | undefined {
  return process.env.REGISTRY_AUTH_FILE || dockerPath()
}

/** Returns the paths where Docker and podman store credentials, in the order in which they are read. */
export function configPaths(): readonly string[] {
  const { REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR = '', XDG_CONFIG_HOME = '' } = process.env
  // Relative paths must be ignored (XDG Base Directory Specification).
  const podmanFolder = isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : inHome('.config')
  return [
    REGISTRY_AUTH_FILE,
    dockerPath(),
    isAbsolute(XDG_RUNTIME_DIR) ? join(XDG_RUNTIME_DIR, 'containers', 'auth.json') : runtimePath(),
    podmanFolder && join(podmanFolder, 'containers', 'auth.json'),
  ].filter((path): path is string => path !== undefined && path !== '')
}

function dockerPath(): string | undefined {
  const folder = process.env.DOCKER_CONFIG || inHome('.docker')
  return folder && join(folder, 'config.json')
}

function inHome(name: string): string | undefined {
  const home = homeFolder()
  return home && join(home, name)
}

/** Returns podman's path on Linux if there is no session folder, as for root (containers-auth.json(5)). */
function runtimePath(): string | undefined {
  return process.platform === 'linux' ? `/run/containers/${process.getuid?.()}/auth.json` : undefined
}

/**
 * Reads `DOCKER_AUTH_CONFIG`, which has the text of a config file (GitLab CI, Docker 28.3 and later).
 *
 * @returns `undefined` if the variable is not set
 * @throws {ValidationError} if it is not JSON; the message does not show its content
 */
export function readConfigVariable(): DockerConfig | undefined {
  const text = process.env.DOCKER_AUTH_CONFIG
  return text ? parseConfig('the variable DOCKER_AUTH_CONFIG', text, 'correct it, or unset it') : undefined
}

/**
 * Reads a config file.
 *
 * @returns `undefined` if the file does not exist
 * @throws {ValidationError} if it cannot be read, or is not JSON; the message does not show its content
 */
export async function readConfigFile(path: string): Promise<DockerConfig | undefined> {
  const bytes = await readConfigBytes(path)
  return bytes && parseConfig(`"${path}"`, bytes.toString('utf8'), FILE_REMEDY)
}

function parseConfig(place: string, text: string, remedy: string): DockerConfig {
  const document = parse(place, text, remedy)
  return {
    place,
    credHelpers: objectField(document, 'credHelpers'),
    credsStore: textField(document, 'credsStore'),
    auths: objectField(document, 'auths'),
  }
}

/**
 * Reads the bytes of a config file.
 *
 * @returns `undefined` if the file does not exist
 * @throws {ValidationError} if it cannot be read
 */
export async function readConfigBytes(path: string): Promise<Buffer | undefined> {
  try {
    // Checked first, because opening a pipe waits for a writer.
    if (!(await stat(path)).isFile()) throw unreadable(path, 'it is not a regular file')
    const file = await open(path)
    try {
      const bytes = Buffer.alloc(MAX_SIZE + 1)
      let size = 0
      for (let read = -1; read !== 0 && size < bytes.length; size += read) {
        read = (await file.read(bytes, size, bytes.length - size, size)).bytesRead
      }
      if (size > MAX_SIZE) throw unreadable(path, `it has more than ${MAX_SIZE} bytes`)
      return bytes.subarray(0, size)
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error instanceof ValidationError ? error : unreadable(path, `it cannot be opened (${code})`, error)
  }
}

function parse(place: string, text: string, remedy: string): JsonObject {
  // An empty file, as `touch` creates it, has no entries. Podman treats it the same way.
  if (text.trim() === '') return {}
  try {
    const document: unknown = JSON.parse(text)
    if (isJsonObject(document)) return document
  } catch {
    // The cause is left out, because it quotes the text.
  }
  throw new ValidationError('CREDENTIALS_INVALID', `Cannot read credentials from ${place}: it is not a JSON object`, {
    remedy,
  })
}

/** Makes the error for a config file that cannot be read. The state does not show its content. */
export function unreadable(path: string, state: string, cause?: unknown): ValidationError {
  return new ValidationError('CREDENTIALS_INVALID', `Cannot read credentials from "${path}": ${state}`, {
    remedy: FILE_REMEDY,
    ...(cause !== undefined && { cause }),
  })
}
