import { fileURLToPath } from 'node:url'
import { MAX_TIMEOUT } from '../../async/delay.ts'
import { show } from '../../check-options.ts'
import { RegistryError } from '../../errors.ts'
import { parseRegistryAddress } from '../../oci/registry-address.ts'
import { storePath } from './config-file.ts'

/** The options of the functions that read, store or erase Docker's credentials. */
export interface DockerCredentialsOptions {
  /**
   * The only file to use.
   * @default the files where Docker and podman store credentials are read in turn; `REGISTRY_AUTH_FILE`, otherwise
   *   Docker's `config.json`, is written
   */
  readonly file?: string | URL | undefined
  /** The time in milliseconds after which a credential helper is killed. @default 30 000 */
  readonly timeout?: number | undefined
}

/** Returns the path of the option `file`. */
export function chosenPath({ file }: DockerCredentialsOptions): string | undefined {
  return file instanceof URL ? fileURLToPath(file) : file
}

/** Returns the path of the file to write. */
export function placeToStore(options: DockerCredentialsOptions): string {
  const path = chosenPath(options) ?? storePath()
  if (path) return path
  throw new RegistryError('STORAGE_FAILED', 'Cannot find the config file of Docker: this user has no home folder', {
    remedy: 'pass { file }, or set HOME or DOCKER_CONFIG',
  })
}

/** Returns the checked option `timeout`. */
export function helperTimeout({ timeout = 30_000 }: DockerCredentialsOptions): number {
  if (timeout > 0 && timeout <= MAX_TIMEOUT) return timeout
  throw new RangeError(`Cannot use ${timeout} as timeout: pass milliseconds above 0, at most ${MAX_TIMEOUT}`)
}

/** Returns the base URL of a registry. A handle has credentials of its own, so only an address will do. */
export function registryUrl(address: string | URL): string {
  if (typeof address === 'string' || address instanceof URL) return parseRegistryAddress(address).href
  throw new TypeError(`Cannot use ${show(address)} as the registry: pass its URL or its host`)
}
