import { fileURLToPath } from 'node:url'
import { ValidationError } from '../../errors.ts'
import type { Credentials, CredentialsRequest } from '../../registry/auth/credentials.ts'
import { parseAuthEntry } from './auth-entry.ts'
import { configPaths, type DockerConfig, readConfigFile } from './config-file.ts'
import { askHelper } from './credential-helper.ts'
import { helperServer, hostKeys, normalizeKey, repositoryKeys } from './registry-keys.ts'

/** Where to find what Docker and podman keep. */
export interface DockerCredentialsOptions {
  /** The only file to read. @default the files where Docker and podman keep credentials, one after the other */
  readonly file?: string | URL | undefined
  /** How long, in milliseconds, a credential helper may take; then it is killed. @default 30 000 */
  readonly timeout?: number | undefined
}

/** What timers can count, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1

/**
 * Gives the credentials that `docker login`, `podman login` and their like have kept, to be passed to `openRegistry`.
 *
 * It reads `REGISTRY_AUTH_FILE`, then `config.json` in `DOCKER_CONFIG` or `~/.docker`, then podman's `containers/auth.json` in
 * `XDG_RUNTIME_DIR` (without it `/run/containers/<uid>/auth.json`), then the one in `XDG_CONFIG_HOME` or `~/.config`. The first
 * that has something for the registry wins, and files that are not there are skipped. Within a file, the helper of the host
 * (`credHelpers`) goes before that of all hosts (`credsStore`). For what the helper does not know, the entries in `auths` are
 * looked through, those of a repository before that of its host. Helpers are started without a shell. Files are read, and helpers
 * asked, when a handle wants credentials: once, so that what is kept for single repositories wants a handle for each.
 *
 * @returns a function that gives nothing where nobody signed in. It rejects with a `ValidationError` for a file that cannot be
 *   read, and with a `RegistryError` for a helper that fails; neither shows what is in the one or what the other said.
 * @throws {RangeError} if `timeout` is no such number
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
    for (const path of chosen === undefined ? configPaths() : [chosen]) {
      const config = await readConfigFile(path)
      if (!config && chosen !== undefined) {
        throw new ValidationError(`Cannot read credentials from "${path}": it is not there; name another with { file }`)
      }
      const found = config && (await findCredentials(config, request, timeout))
      if (found) return found
    }
    return undefined
  }
}

async function findCredentials(
  config: DockerConfig,
  request: CredentialsRequest,
  timeout: number,
): Promise<Credentials | undefined> {
  const name = findHelper(config, request.registry)
  const server = helperServer(request.registry)
  const kept = name ? await askHelper({ name, path: config.path, server, timeout }) : undefined
  return kept ?? findEntry(config, request)
}

/** An empty name for a host says that it has none, whatever the others have. */
function findHelper({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined {
  const keys = hostKeys(registry)
  const own = Object.entries(credHelpers).find(([key]) => keys.includes(normalizeKey(key)))
  return typeof own?.[1] === 'string' ? own[1] : credsStore
}

function findEntry({ auths, path }: DockerConfig, request: CredentialsRequest): Credentials | undefined {
  // What Docker writes today comes before what it wrote once.
  const today = helperServer(request.registry)
  const entries = Object.entries(auths).sort(([one], [other]) => Number(other === today) - Number(one === today))
  for (const wanted of repositoryKeys(request)) {
    for (const [key, entry] of entries) {
      const found = normalizeKey(key) === wanted ? parseAuthEntry(entry, `the entry "${key}" of "${path}"`) : undefined
      if (found) return found
    }
  }
  return undefined
}
