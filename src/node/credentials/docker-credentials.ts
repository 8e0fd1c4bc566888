import { fileURLToPath } from 'node:url'
import { MAX_TIMEOUT } from '../../async/delay.ts'
import { ValidationError } from '../../errors.ts'
import type { Credentials, CredentialsRequest } from '../../registry/auth/credentials.ts'
import { parseAuthEntry } from './auth-entry.ts'
import { configPaths, type DockerConfig, readConfigFile, readConfigVariable } from './config-file.ts'
import { askHelper, HelperNotStartedError } from './credential-helper.ts'
import { helperServer, hostKeys, normalizeKey, repositoryKeys } from './registry-keys.ts'

/** Where to find what Docker and podman keep. */
export interface DockerCredentialsOptions {
  /** The only file to read. @default the files where Docker and podman keep credentials, one after the other */
  readonly file?: string | URL | undefined
  /** How long, in milliseconds, a credential helper may take; then it is killed. @default 30 000 */
  readonly timeout?: number | undefined
}

/**
 * Finds the credentials that `docker login`, `podman login` and similar tools keep.
 *
 * It reads these places, and the first one that has something for the registry wins: `DOCKER_AUTH_CONFIG` (the text of
 * a config file, as GitLab CI sets it); the file `REGISTRY_AUTH_FILE`; `config.json` in `DOCKER_CONFIG` or
 * `~/.docker`; podman's `containers/auth.json` in `XDG_RUNTIME_DIR` (without it `/run/containers/<uid>/auth.json`);
 * the same file in `XDG_CONFIG_HOME` or `~/.config`.
 *
 * In each place, the helper of the host (`credHelpers`) comes before the helper of all hosts (`credsStore`). If the
 * helper knows nothing, or its program is missing, the entries in `auths` count, those of a repository before those of
 * its host. Helpers are started without a shell. Files are read, and helpers asked, when a handle needs credentials
 * for the first time. Open one handle for each repository that has credentials of its own.
 *
 * @param options `file` is the only file to read (default: the places above). `timeout` is the time that a helper may
 *   take, in milliseconds, before it is killed (default: 30 000).
 * @returns a function for the option `credentials` of `openRegistry`. It resolves to `undefined` if nobody signed in.
 *   It rejects with a `ValidationError` if a file cannot be read, and with a `RegistryError` if a helper fails, or is
 *   missing and no entry was found. Neither error shows what is in the file or what the helper said.
 * @throws {RangeError} if `timeout` is not above 0, or too large for a timer.
 * @example
 * ```ts
 * import { dockerCredentials, listTags, openRegistry } from 'registry-api-v2-client/node'
 *
 * const registry = openRegistry('https://registry.example.com', { credentials: dockerCredentials() })
 * console.log(await listTags(registry, 'team/app')) // [ 'v7' ]
 * ```
 */
export function dockerCredentials(
  options: DockerCredentialsOptions = {},
): (request: CredentialsRequest) => Promise<Credentials | undefined> {
  const { file, timeout = 30_000 } = options
  if (!(timeout > 0 && timeout <= MAX_TIMEOUT)) {
    throw new RangeError(`Cannot use ${timeout} as timeout: pass milliseconds above 0, at most ${MAX_TIMEOUT}`)
  }
  const chosen = file instanceof URL ? fileURLToPath(file) : file
  return async (request) => {
    let notStarted: HelperNotStartedError | undefined
    for await (const config of readConfigs(chosen)) {
      const kept = await askHelperOf(config, request.registry, timeout).catch((error) => {
        if (!(error instanceof HelperNotStartedError)) throw error
        // An entry may do: a file outlives the program that it names, such as Docker Desktop's.
        notStarted ??= error
      })
      const found = kept ?? findEntry(config, request)
      if (found) return found
    }
    if (notStarted) throw notStarted
    return undefined
  }
}

/** Reads one place after the other, as they are needed. */
async function* readConfigs(chosen: string | undefined): AsyncGenerator<DockerConfig> {
  const variable = chosen === undefined ? readConfigVariable() : undefined
  if (variable) yield variable
  for (const path of chosen === undefined ? configPaths() : [chosen]) {
    const config = await readConfigFile(path)
    if (config) yield config
    else if (chosen !== undefined) {
      throw new ValidationError('CREDENTIALS_INVALID', `Cannot read credentials from "${path}": it is not there`, {
        remedy: 'name another with { file }',
      })
    }
  }
}

async function askHelperOf(config: DockerConfig, registry: string, timeout: number): Promise<Credentials | undefined> {
  const name = findHelper(config, registry)
  return name ? askHelper({ name, place: config.place, server: helperServer(registry), timeout }) : undefined
}

/** An empty name for a host says that it has none, whatever the others have. */
function findHelper({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined {
  const keys = hostKeys(registry)
  const own = Object.entries(credHelpers).find(([key]) => keys.includes(normalizeKey(key)))
  return typeof own?.[1] === 'string' ? own[1] : credsStore
}

function findEntry({ auths, place }: DockerConfig, request: CredentialsRequest): Credentials | undefined {
  // What Docker writes today comes before what it wrote once.
  const today = helperServer(request.registry)
  const entries = Object.entries(auths).sort(([one], [other]) => Number(other === today) - Number(one === today))
  for (const wanted of repositoryKeys(request)) {
    for (const [key, entry] of entries) {
      const found = normalizeKey(key) === wanted ? parseAuthEntry(entry, `the entry "${key}" of ${place}`) : undefined
      if (found) return found
    }
  }
  return undefined
}
