import { optionsOf } from '../../check-options.ts'
import { RegistryError } from '../../errors.ts'
import type { JsonObject } from '../../oci/json.ts'
import type { RequestOptions } from '../../registry/registry.ts'
import { changeAuths, checkAuths } from './change-config.ts'
import { configPaths, type DockerConfig, readConfigFile, readConfigVariable } from './config-file.ts'
import { askHelperOf, findEntry, helperOf } from './config-lookup.ts'
import { askHelper, eraseFromHelper, HelperNotStartedError, type HelperQuestion } from './credential-helper.ts'
import { helperServer, hostKeys, normalizeKey } from './registry-keys.ts'
import { type DockerCredentialsOptions, helperTimeout, placeToStore, registryUrl } from './store-place.ts'

/** The options of `eraseDockerCredentials`. */
export interface EraseDockerCredentialsOptions extends DockerCredentialsOptions, RequestOptions {}

/** The result of `eraseDockerCredentials`. */
export interface ErasedCredentials {
  /** The name of the registry in the file and for the helper: its host, or `https://index.docker.io/v1/`. */
  readonly server: string
  /** The path of the config file. */
  readonly file: string
  /** True if the file or its credential helper had credentials for the registry. */
  readonly wasStored: boolean
  /** Other places that still have credentials for the registry, or that cannot be read: files and variables. */
  readonly remaining: readonly string[]
}

/**
 * Erases the credentials for a registry as `docker logout` does: from the config file that `storeDockerCredentials`
 * writes, and from the credential helper that it names for the registry. It sends no request.
 *
 * Entries for single repositories, which podman writes, stay.
 *
 * @param address The registry's URL or host. `docker.io` is Docker Hub.
 * @param options `file` is the only file to change and to read. `timeout` is the time that a helper may take, in
 *   milliseconds, before it is killed (default: 30 000). `signal` ends the wait for another program that changes the
 *   file.
 * @returns whether there were credentials, and the other places that still have some: `DOCKER_AUTH_CONFIG`, or a file
 *   of podman's.
 * @throws {TypeError} if `address` is a handle, or `options` is not an object.
 * @throws {ValidationError} if `address` is not valid, or the file is not a config file. It stays as it is.
 * @throws {RegistryError} if the file cannot be written, or the helper fails. The file has no credentials for the
 *   registry then.
 * @throws {RangeError} if `timeout` is not above 0, or too large for a timer.
 * @example
 * ```ts
 * import { eraseDockerCredentials } from 'registry-api-v2-client/node'
 *
 * const { remaining } = await eraseDockerCredentials('https://registry.example.com')
 * console.log(remaining) // []
 * ```
 */
export async function eraseDockerCredentials(
  address: string | URL,
  options: EraseDockerCredentialsOptions = {},
): Promise<ErasedCredentials> {
  const { signal } = optionsOf(options)
  const [registry, timeout, file] = [registryUrl(address), helperTimeout(options), placeToStore(options)]
  const config = await readConfigFile(file)
  // The file first: if the helper fails, there is one secret less.
  const wasListed = config !== undefined && (await eraseEntries(config, file, registry, signal))
  const helper = config && helperOf(config, registry, timeout)
  const wasHeld = helper !== undefined && (await eraseHeld(helper, wasListed))
  const remaining = options.file === undefined ? await findRemaining(file, registry, timeout) : []
  return { server: helperServer(registry), file, wasStored: wasListed || wasHeld, remaining }
}

/** Removes all entries of a registry. Resolves to false if it has no entry; then the folder may be read-only. */
async function eraseEntries(
  { auths }: DockerConfig,
  file: string,
  registry: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const keys = hostKeys(registry)
  const isOther = (key: string) => !keys.includes(normalizeKey(key))
  await checkAuths(file)
  if (Object.keys(auths).every(isOther)) return false
  const withoutOwn = (auths: JsonObject) => Object.fromEntries(Object.entries(auths).filter(([key]) => isOther(key)))
  await changeAuths(file, withoutOwn, signal)
  return true
}

/** Erases credentials from a helper. Resolves to false if it has none. */
async function eraseHeld(helper: HelperQuestion, wasListed: boolean): Promise<boolean> {
  try {
    // A helper that cannot answer may still be able to erase.
    const held = await askHelper(helper).catch((error) => {
      if (error instanceof HelperNotStartedError) throw error
      return true
    })
    if (held) await eraseFromHelper(helper)
    return held !== undefined
  } catch (error) {
    // A file may name a program that was uninstalled, such as Docker Desktop's helper.
    if (error instanceof HelperNotStartedError && wasListed) return false
    throw error
  }
}

/** Lists the places that are read besides the file, and have credentials for the registry or cannot be read. */
async function findRemaining(file: string, registry: string, timeout: number): Promise<readonly string[]> {
  const others = configPaths().filter((path) => path !== file)
  const places: readonly (readonly [string, () => DockerConfig | undefined | Promise<DockerConfig | undefined>])[] = [
    ['the variable DOCKER_AUTH_CONFIG', readConfigVariable],
    ...others.map((path) => [path, () => readConfigFile(path)] as const),
  ]
  const remaining: string[] = []
  for (const [place, read] of places) {
    try {
      const config = await read()
      const request = { registry, service: undefined, scopes: [] }
      if (config && (findEntry(config, request) ?? (await askHelperOf(config, registry, timeout))))
        remaining.push(place)
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      remaining.push(place)
    }
  }
  return remaining
}
