import { ValidationError } from '../../errors.ts'
import type { Credentials, CredentialsRequest } from '../../registry/auth/credentials.ts'
import { configPaths, type DockerConfig, readConfigFile, readConfigVariable } from './config-file.ts'
import { askHelperOf, findEntry } from './config-lookup.ts'
import { HelperNotStartedError } from './credential-helper.ts'
import { chosenPath, type DockerCredentialsOptions, helperTimeout } from './store-place.ts'

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
  const [chosen, timeout] = [chosenPath(options), helperTimeout(options)]
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
