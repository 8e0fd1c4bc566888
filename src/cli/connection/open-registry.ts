import { readFile } from 'node:fs/promises'
import {
  type Credentials,
  createFetch,
  dockerCredentials,
  openRegistry,
  type ProvideCredentials,
  type Registry,
  RegistryError,
  type RegistryOptions,
} from '../../node/index.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { traced } from './traced-fetch.ts'

/** The global options for connections. */
export interface ConnectionSettings {
  readonly plainHttp?: true | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly insecure?: true | undefined
  readonly allowRealm?: readonly string[] | undefined
  /** In seconds. */
  readonly timeout?: number | undefined
}

/** The variables that name a proxy. */
const PROXY = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']

/** The options of `connect` besides those of the command line. */
interface ConnectOptions {
  /** @default those that Docker's or podman's login stored */
  readonly credentials?: Credentials | ProvideCredentials | undefined
  /** Called with a line for each request. */
  readonly debug?: ((line: string) => void) | undefined
}

/** A registry and how to connect to it: what `openRegistry` takes. */
export interface Connection {
  readonly address: string
  readonly options: Omit<RegistryOptions, 'credentials'>
}

/** Opens registries. One address gives one handle, so that blobs can be mounted between its repositories. */
export function createConnector(
  settings: ConnectionSettings,
  debug: ConnectOptions['debug'],
): (address: string, credentials?: ConnectOptions['credentials']) => Promise<Registry> {
  const opened = new Map<string, Promise<Registry>>()
  return (address, credentials) => {
    if (credentials !== undefined) return connect(address, settings, { credentials, debug })
    const handle = opened.get(address) ?? connect(address, settings, { debug })
    opened.set(address, handle)
    return handle
  }
}

/** Opens a registry with the options of the command, through the proxy of the environment. */
async function connect(
  address: string,
  settings: ConnectionSettings,
  { credentials = dockerCredentials(), debug }: ConnectOptions = {},
): Promise<Registry> {
  const { address: url, options } = await connectionTo(address, settings, debug)
  return openRegistry(url, { ...options, credentials })
}

/** Reads the options of the command for connections to a registry. */
export async function connectionTo(
  address: string,
  settings: ConnectionSettings,
  debug?: ConnectOptions['debug'],
): Promise<Connection> {
  const { plainHttp, allowRealm, timeout } = settings
  const url = plainHttp && !address.includes('://') ? `http://${address}` : address
  const fetch = await chooseFetch(url, settings)
  const options = {
    allowedRealms: allowRealm,
    ...(timeout !== undefined && { timeout: timeout * 1000 }),
    ...(debug ? { fetch: traced(fetch ?? globalThis.fetch, debug) } : { fetch }),
  }
  return { address: url, options }
}

/** Chooses the runtime's own `fetch` where it does what the options say. It starts faster. */
async function chooseFetch(
  registry: string,
  { ca, cert, key, insecure }: ConnectionSettings,
): Promise<((request: Request) => Promise<Response>) | undefined> {
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('Cannot use --cert or --key alone', 'pass both')
  }
  const hasTls = [ca, cert, insecure].some((setting) => setting !== undefined)
  if (process.versions.deno || process.versions.bun) {
    if (hasTls) refuseTls()
    // Their own `fetch` reads the proxy of the environment.
    return undefined
  }
  if (!hasTls && !PROXY.some((name) => process.env[name])) return undefined
  return createFetch({ registry, ca: await readPem(ca), cert: await readPem(cert), key: await readPem(key), insecure })
}

function refuseTls(): never {
  const variable = process.versions.bun ? 'NODE_EXTRA_CA_CERTS' : 'DENO_CERT'
  throw new RegistryError('SETTING_INVALID', 'Cannot use --ca, --cert, --key and --insecure in this runtime', {
    remedy: `set the variable ${variable} to the file of --ca, or run the command with Node`,
  })
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  return readFile(path, 'utf8').catch((cause) => {
    throw new RegistryError('FILE_UNREADABLE', `Cannot read "${path}": ${cause.code}`, {
      remedy: 'check the path',
      cause,
    })
  })
}
