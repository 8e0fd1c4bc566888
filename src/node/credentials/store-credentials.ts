import { optionsOf } from '../../check-options.ts'
import { type Credentials, parseCredentials } from '../../registry/auth/credentials.ts'
import { checkRegistryConnectivity } from '../../registry/ping.ts'
import { openRegistry, type RegistryOptions, type RequestOptions } from '../../registry/registry.ts'
import { toAuthEntry } from './auth-entry.ts'
import { changeAuths, checkAuths } from './change-config.ts'
import { readConfigFile, readConfigVariable } from './config-file.ts'
import { findEntry, helperOf } from './config-lookup.ts'
import { eraseFromHelper, type HelperQuestion, storeWithHelper } from './credential-helper.ts'
import { helperServer } from './registry-keys.ts'
import { type DockerCredentialsOptions, helperTimeout, placeToStore, registryUrl } from './store-place.ts'

/** The options of `storeDockerCredentials`. */
export interface StoreDockerCredentialsOptions extends DockerCredentialsOptions, RequestOptions {
  /** The settings of `openRegistry` for the check, such as `fetch` or `allowedRealms`. @default its defaults */
  readonly connection?: Omit<RegistryOptions, 'credentials'> | undefined
}

/** The place where credentials are stored. */
export interface StoredCredentials {
  /** The name of the registry in the file and for the helper: its host, or `https://index.docker.io/v1/`. */
  readonly server: string
  /** The path of the config file. */
  readonly file: string
  /**
   * The name of the credential helper that has the credentials. `undefined` means that they are in `file`, where
   * everyone who can read the file can read them.
   */
  readonly helper: string | undefined
  /** False if the registry answers without a sign-in, so that nobody knows whether the credentials are right. */
  readonly isVerified: boolean
  /**
   * A place that is read before `file` and has an entry for the registry: the variable `DOCKER_AUTH_CONFIG`. It has to
   * change for the stored credentials to be used.
   */
  readonly hiddenBy: string | undefined
}

/**
 * Checks credentials with a registry, and stores them as `docker login` does. `dockerCredentials`, docker, podman,
 * skopeo, crane, regctl and oras find them there.
 *
 * It writes the file that `REGISTRY_AUTH_FILE` names, otherwise `config.json` in `DOCKER_CONFIG`, otherwise in
 * `~/.docker`. If the file names a credential helper for the registry (`credHelpers`, `credsStore`), the helper stores
 * the credentials. Otherwise they are in the file, encoded but not encrypted. All other fields of the file stay as they
 * are. The file changes in one step, and calls at the same time lose nothing.
 *
 * @param address The registry's URL or host. `docker.io` is Docker Hub.
 * @param credentials A user and a password, an identity token, or a bearer token. A bearer token is always stored in
 *   the file, because helpers have no place for one.
 * @param options `file` is the file to write. `timeout` is the time that a helper may take, in milliseconds, before it
 *   is killed (default: 30 000). `connection` has the settings of `openRegistry` for the check. `signal` aborts the
 *   check.
 * @returns where the credentials are stored.
 * @throws {TypeError} if `address` is a handle, or `options` is not an object.
 * @throws {ValidationError} if `address` or the credentials are not valid, or the file is not a config file. The file
 *   stays as it is.
 * @throws {ResponseError} if the registry or its token server does not take the credentials. Nothing is stored.
 * @throws {NetworkError} if one of them does not answer. Nothing is stored.
 * @throws {RegistryError} if the helper fails, or the file cannot be written.
 * @throws {RangeError} if `timeout` is not above 0, or too large for a timer.
 * @example
 * ```ts
 * import { storeDockerCredentials } from 'registry-api-v2-client/node'
 *
 * const credentials = { username: 'ci', password: 'secret' }
 * const { helper } = await storeDockerCredentials('https://registry.example.com', credentials)
 * console.log(helper) // undefined
 * ```
 */
export async function storeDockerCredentials(
  address: string | URL,
  credentials: Credentials,
  options: StoreDockerCredentialsOptions = {},
): Promise<StoredCredentials> {
  const { connection, signal } = optionsOf(options)
  const [registry, timeout, file] = [registryUrl(address), helperTimeout(options), placeToStore(options)]
  const given = parseCredentials(credentials)
  const entry = toAuthEntry(given)
  const server = helperServer(registry)
  // Before the check: nobody should sign in, and then learn that the file cannot be used.
  await checkAuths(file)
  const config = await readConfigFile(file)
  const helper = config && helperOf(config, registry, timeout)
  const hiddenBy = options.file === undefined ? hidingPlace(registry, timeout) : undefined

  const isVerified = await verify(registry, given, { connection, signal })
  const holder = helper && (await storeIn(helper, given))
  await changeAuths(file, (auths) => ({ ...auths, [server]: holder === undefined ? entry : {} }), signal)
  return { server, file, helper: holder, isVerified, hiddenBy }
}

/** Signs in to a registry. Resolves to false if it does not ask for the credentials. */
async function verify(
  registry: string,
  credentials: Credentials,
  { connection, signal }: StoreDockerCredentialsOptions,
): Promise<boolean> {
  let isAsked = false
  const provide = () => {
    isAsked = true
    return credentials
  }
  await checkRegistryConnectivity(openRegistry(registry, { ...connection, credentials: provide }), { signal })
  return isAsked
}

/** Stores credentials with a helper. Returns its name, unless it has no place for them. */
async function storeIn(helper: HelperQuestion, credentials: Credentials): Promise<string | undefined> {
  if (!('token' in credentials)) {
    await storeWithHelper(helper, credentials)
    return helper.name
  }
  // The helper's credentials would be used first.
  await eraseFromHelper(helper)
  return undefined
}

function hidingPlace(registry: string, timeout: number): string | undefined {
  const variable = readConfigVariable()
  if (!variable) return undefined
  const isThere =
    helperOf(variable, registry, timeout) ?? findEntry(variable, { registry, service: undefined, scopes: [] })
  return isThere && variable.place
}
