import { fileURLToPath } from 'node:url'
import { MAX_TIMEOUT } from '../../async/delay.ts'
import { ValidationError } from '../../errors.ts'
import type { Credentials, CredentialsRequest } from '../../registry/auth/credentials.ts'
import { parseAuthEntry } from './auth-entry.ts'
import { configPaths, type DockerConfig, readConfigFile, readConfigVariable } from './config-file.ts'
import { askHelper, HelperNotStartedError } from './credential-helper.ts'
import { helperServer, hostKeys, normalizeKey, repositoryKeys } from './registry-keys.ts'

/** Options of `dockerCredentials`. */
export interface DockerCredentialsOptions {
  /** The only file to read. @default the files where Docker and podman store credentials, in turn */
  readonly file?: string | URL | undefined
  /** The time in milliseconds after which a credential helper is killed. @default 30 000 */
  readonly timeout?: number | undefined
}

/**
 * Reads the credentials that `docker login`, `podman login` and similar tools store. Pass the result to `openRegistry`.
 *
 * It reads these places in order. The first one with credentials for the registry is used.
 *
 * - `DOCKER_AUTH_CONFIG`, the text of a config file, as GitLab CI sets it.
 * - The file that `REGISTRY_AUTH_FILE` names.
 * - `config.json` in `DOCKER_CONFIG`, otherwise in `~/.docker`.
 * - Podman's `containers/auth.json` in `XDG_RUNTIME_DIR`; without that variable, `/run/containers/<uid>/auth.json`.
 * - `containers/auth.json` in `XDG_CONFIG_HOME`, otherwise in `~/.config`.
 *
 * In each place, the helper of the host (`credHelpers`) has priority over the general helper (`credsStore`). The
 * entries in `auths` are used if the helper has no credentials or its program is missing. An entry of a repository has
 * priority over that of its host. Helpers are started without a shell.
 *
 * Files are read and helpers are started when a registry handle first needs credentials. Open one handle for each
 * repository that has its own credentials.
 *
 * @param options `file` is the only file to read (default: the places above). `timeout` is the time that a helper may
 *   take, in milliseconds, before it is killed (default: 30 000).
 * @returns a function for the option `credentials` of `openRegistry`. It resolves to `undefined` if nobody signed in.
 *   It rejects with a `ValidationError` if a file cannot be read. It rejects with a `RegistryError` if a helper fails,
 *   or is missing and no entry was found. Errors never show the file's content or the helper's output.
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
        // An entry may be enough: a file may name a program that was uninstalled, such as Docker Desktop's helper.
        notStarted ??= error
      })
      const found = kept ?? findEntry(config, request)
      if (found) return found
    }
    if (notStarted) throw notStarted
    return undefined
  }
}

/** Reads the places in order; reads the next one only when needed. */
async function* readConfigs(chosen: string | undefined): AsyncGenerator<DockerConfig> {
  const variable = chosen === undefined ? readConfigVariable() : undefined
  if (variable) yield variable
  for (const path of chosen === undefined ? configPaths() : [chosen]) {
    const config = await readConfigFile(path)
    if (config) yield config
    else if (chosen !== undefined) {
      throw new ValidationError('CREDENTIALS_INVALID', `Cannot read credentials from "${path}": it does not exist`, {
        remedy: 'pass another file with { file }',
      })
    }
  }
}

async function askHelperOf(config: DockerConfig, registry: string, timeout: number): Promise<Credentials | undefined> {
  const name = findHelper(config, registry)
  return name ? askHelper({ name, place: config.place, server: helperServer(registry), timeout }) : undefined
}

/** Finds the name of a host's helper. An empty name means that the host has no helper, even if `credsStore` is set. */
function findHelper({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined {
  const keys = hostKeys(registry)
  const own = Object.entries(credHelpers).find(([key]) => keys.includes(normalizeKey(key)))
  return typeof own?.[1] === 'string' ? own[1] : credsStore
}

function findEntry({ auths, place }: DockerConfig, request: CredentialsRequest): Credentials | undefined {
  // The key that Docker writes today has priority over keys of older versions.
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
