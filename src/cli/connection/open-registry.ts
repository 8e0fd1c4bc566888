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

/** The global options for connections. */
export interface ConnectionSettings {
  readonly plainHttp?: true | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly insecure?: true | undefined
  /** In seconds. */
  readonly timeout?: number | undefined
}

/** The variables that name a proxy. */
const PROXY = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']

/** The options of `connect` besides those of the command line. */
export interface ConnectOptions {
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

/** Opens a registry with the options of the command, through the proxy of the environment. */
export async function connect(
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
  { plainHttp, ca, cert, key, insecure, timeout }: ConnectionSettings,
  debug?: ConnectOptions['debug'],
): Promise<Connection> {
  const url = plainHttp && !address.includes('://') ? `http://${address}` : address
  const needsOwn =
    [ca, cert, insecure].some((setting) => setting !== undefined) || PROXY.some((name) => process.env[name])
  const fetch = needsOwn
    ? createFetch({
        registry: url,
        ca: await readPem(ca),
        cert: await readPem(cert),
        key: await readPem(key),
        insecure,
      })
    : undefined
  const options = {
    ...(timeout !== undefined && { timeout: timeout * 1000 }),
    ...(debug ? { fetch: traced(fetch ?? globalThis.fetch, debug) } : fetch && { fetch }),
  }
  return { address: url, options }
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  return readFile(path, 'utf8').catch((cause) => {
    throw new RegistryError('FILE_UNREADABLE', `Cannot read "${path}": ${cause.code}`, { cause })
  })
}

/** Reports each request: method, address without its query, status, and milliseconds. Headers stay out. */
function traced(
  fetch: (request: Request) => Promise<Response>,
  debug: (line: string) => void,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method } = request
    const { origin, pathname } = new URL(request.url)
    const begin = performance.now()
    const say = (outcome: unknown) =>
      debug(`${method} ${origin}${pathname} ${outcome} ${Math.round(performance.now() - begin)} ms`)
    try {
      const response = await fetch(request)
      say(response.status)
      return response
    } catch (error) {
      say(error instanceof Error ? error.name : error)
      throw error
    }
  }
}
