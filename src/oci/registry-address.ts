import { ValidationError } from '../errors.ts'

const DOCKER_HUB_HOST = 'registry-1.docker.io'
/** Docker Hub's names. It does not answer the Distribution API at these hosts. */
export const DOCKER_HUB_NAMES: readonly string[] = ['docker.io', 'index.docker.io', 'registry.hub.docker.com']
const EXAMPLE = 'it should look like "registry.example.com", "https://registry.example.com" or "http://localhost:15000"'

/**
 * Reads the address of a registry: a URL, or a host as in image names. A host alone means https, on this machine http.
 * Docker Hub's names lead to the host where it answers.
 *
 * @param text `registry.example.com`, `127.0.0.1:5000` or `https://registry.example.com/base`.
 * @returns the base URL, which ends in a slash.
 * @throws {ValidationError} if it is not a host, or an http or https URL without user info, query and fragment.
 * @example
 * ```ts
 * import { parseRegistryAddress } from 'registry-api-v2-client'
 *
 * console.log(parseRegistryAddress('localhost:5000').href) // 'http://localhost:5000/'
 * ```
 */
export function parseRegistryAddress(text: string | URL): URL {
  const url = readAddress(String(text))
  const [fault, remedy] = url ? faultOf(url) : ['it is no URL and no host', EXAMPLE]
  if (!url || fault)
    throw new ValidationError('ADDRESS_INVALID', `Cannot use the registry's address: ${fault}`, { remedy })
  if (DOCKER_HUB_NAMES.includes(url.hostname)) return new URL(`https://${DOCKER_HUB_HOST}/`)
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** Tells whether a registry is Docker Hub. */
export function isDockerHub(registry: URL): boolean {
  return registry.hostname === DOCKER_HUB_HOST
}

/** Tells whether a host is this machine. A dot at the end of a name changes nothing. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.*\.)?localhost\.?|127(?:\.[0-9]+){3}|\[::1\])$/.test(hostname)
}

/** Tells whether a host is a bare address, or a name that only a local network knows. */
export function isLocal(hostname: string): boolean {
  return (
    isLoopback(hostname) ||
    /^\[|^[0-9.]+$/.test(hostname) ||
    !/\.[^.]/.test(hostname) ||
    /\.(?:local|internal|intranet|lan|home|corp|private)\.?$/.test(hostname)
  )
}

function readAddress(text: string): URL | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return URL.canParse(text) ? new URL(text) : undefined
  // One label without a port is a word, not a host.
  if (
    !/^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9-]+(?=:))(?::[0-9]{1,5})?\/?$/.test(
      text,
    )
  ) {
    return undefined
  }
  const secure = `https://${text}`
  if (!URL.canParse(secure)) return undefined
  return new URL(isLoopback(new URL(secure).hostname) ? `http://${text}` : secure)
}

/**
 * Returns the fault of a registry's URL, and the remedy. The URL itself stays out of the message: it may have a
 * password.
 */
function faultOf(url: URL): readonly [fault?: string, remedy?: string] {
  if (!/^https?:$/.test(url.protocol)) return ['it does not begin with "https://" or "http://"', EXAMPLE]
  if (url.username || url.password)
    return ['it holds a user name', 'pass { credentials: { username, password } } instead']
  if (url.search || url.hash) return ['it has a query or a fragment', 'leave them out']
  if (/\/v2\/?$/.test(url.pathname)) return ['it ends in "/v2", which is added to it', 'leave that off']
  return []
}
