import { ValidationError } from '../errors.ts'
import { basicAuthorization, type PasswordCredentials } from './auth/credentials.ts'
import { createSend, type SendRequest } from './http.ts'

/** How to talk to a registry. */
export interface RegistryOptions {
  /** What sends the requests. @default the runtime's `fetch` */
  readonly fetch?: (request: Request) => Promise<Response>
  /** Sent by HTTP Basic, to the registry's own origin only. @default none: anonymous */
  readonly credentials?: PasswordCredentials
  /**
   * Sent with every request to the registry's own origin. Where a registry redirects a download, the runtime follows, and
   * takes `Authorization` off for another origin, but not these: put no secrets here.
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>>
  /** How often a request without a blob's bytes is tried again after it failed in a way that may pass. @default 2 */
  readonly retry?: number
  /** How long, in milliseconds, an answer to a request without a blob's bytes may take to begin. @default 30 000 */
  readonly timeout?: number
}

/** A registry to talk to: `openRegistry` makes it. It shows no secret, however it is printed. */
export interface Registry {
  /** The base URL, ending in a slash. */
  readonly url: string
  /** Sends one request with the settings of this handle. Everything else is built on it. */
  readonly send: SendRequest
}

/** What timers can count, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** What functions take as a registry: its URL, or a handle where it needs settings. */
export type RegistryInput = string | URL | Registry

/**
 * Makes a handle for a registry. Nothing is sent yet.
 *
 * @param url `https://registry.example.com`, with a path if the registry lives below one.
 * @throws {ValidationError} unless it is an http or https URL without user info, query and fragment
 * @throws {RangeError} if `retry` or `timeout` is no such number
 */
export function openRegistry(url: string | URL, options: RegistryOptions = {}): Registry {
  const base = parseRegistryUrl(url)
  const { credentials, headers, fetch = (request) => globalThis.fetch(request), retry = 2, timeout = 30_000 } = options
  if (!(Number.isSafeInteger(retry) && retry >= 0)) {
    throw new RangeError(`Cannot use ${retry} as retry: pass a whole number from 0`)
  }
  if (!(timeout > 0 && timeout <= MAX_TIMEOUT)) {
    throw new RangeError(`Cannot use ${timeout} as timeout: pass milliseconds, at most ${MAX_TIMEOUT}`)
  }
  const own = new Headers(headers)
  if (credentials) own.set('authorization', basicAuthorization(credentials))
  const ownHeaders = Object.fromEntries(own)
  return Object.freeze({ url: base.href, send: createSend({ base, fetch, ownHeaders, retry, timeout }) })
}

/** The handle itself, or one with default settings for a URL. */
export function toRegistry(registry: RegistryInput): Registry {
  if (typeof registry === 'string' || registry instanceof URL) return openRegistry(registry)
  if (typeof registry?.send === 'function') return registry
  throw new TypeError('Cannot talk to a registry: pass its URL, or what openRegistry gave')
}

const EXAMPLE = 'it should look like "https://registry.example.com" or "http://localhost:15000"'

function parseRegistryUrl(text: string | URL): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const fault = url ? faultOf(url) : `it is no URL; ${EXAMPLE}`
  if (!url || fault) throw new ValidationError(`Cannot use the registry URL: ${fault}`)
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** What is wrong with a registry's URL. The URL itself stays out of the message: it may hold a password. */
function faultOf(url: URL): string | undefined {
  if (!/^https?:$/.test(url.protocol)) return `it does not begin with "https://" or "http://"; ${EXAMPLE}`
  if (url.username || url.password) return 'it holds a user name; pass { credentials: { username, password } } instead'
  if (url.search || url.hash) return 'it has a query or a fragment; leave them out'
  if (/\/v2\/?$/.test(url.pathname)) return 'it ends in "/v2", which is added to it; leave that off'
  return undefined
}
