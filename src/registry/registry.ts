import { MAX_TIMEOUT } from '../async/delay.ts'
import { list, natural } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { createExchange } from '../http/exchange.ts'
import { parseRegistryAddress } from '../oci/registry-address.ts'
import { type Credentials, type ProvideCredentials, parseCredentials } from './auth/credentials.ts'
import { mergeScopes, type Scope } from './auth/scope.ts'
import { type Capabilities, createCapabilities } from './capabilities.ts'
import type { DocumentMemory } from './document-memory.ts'
import type { UploadProfile, UploadProfileName } from './profile.ts'
import { createSend, type SendRequest } from './send.ts'

/** The options of `openRegistry`: who signs in, and how requests are sent. All of them are for one registry. */
export interface RegistryOptions {
  /** Sends the requests. @default the runtime's `fetch` */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
  /**
   * The credentials, or a function that provides them when the registry asks. They are sent as the registry asks: by
   * HTTP Basic to its own origin only, or to its token server, which must be trusted (`allowedRealms`).
   * @default none: requests are anonymous
   */
  readonly credentials?: Credentials | ProvideCredentials | undefined
  /**
   * The origins (`https://auth.example.com`) of token servers that may get the credentials, besides those on the
   * registry's own host and site. @default none
   */
  readonly allowedRealms?: readonly string[] | undefined
  /**
   * Headers of every request to the registry's own origin. No other origin gets them: not a token server, and not the
   * target of a redirect or an upload elsewhere. @default none
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * The registry's rules for uploads: the name of a known registry, or single rules (`{ maxChunkSize: 1_000_000 }`).
   * @default by the host: the profile of Amazon ECR, GHCR and others, otherwise that of the spec
   */
  readonly profile?: UploadProfileName | Partial<UploadProfile> | undefined
  /** How often a request without a blob's bytes is tried again after a temporary failure. @default 2 */
  readonly retry?: number | undefined
  /** The longest wait before the first retry, in milliseconds. It doubles with each retry. @default 500 */
  readonly retryDelay?: number | undefined
  /**
   * The time, in milliseconds, until the answer to a request without a blob's bytes must begin. Its body may take the
   * same time, plus a second for each 4 KiB. @default 30 000
   */
  readonly timeout?: number | undefined
  /**
   * Requests at once through this handle; others wait. At least 4. The runtime may open a few more connections, because
   * a connection is busy until its answer has ended. @default 80
   */
  readonly maxRequests?: number | undefined
}

/** A handle for a registry, made by `openRegistry`. It shows no secret, however it is printed. */
export interface Registry {
  /** The base URL, ending in a slash. */
  readonly url: string
  /** Sends one request with the settings of this handle, signed in. Everything else is built on it. */
  readonly send: SendRequest
  /** Sends a request as it is: once, unsigned, and without the headers of this handle. */
  readonly fetch: (request: Request) => Promise<Response>
  /** The origins of token servers that the caller trusts, besides those on the registry's own host and site. */
  readonly allowedRealms: readonly string[]
  /** How it takes blobs. */
  readonly capabilities: Capabilities
  /** The media type of the manifest that was last put into a repository, or read there by a tag. */
  readonly manifestTypes: Map<string, string>
  /** The manifests and configs that `keepDocuments` makes it keep. */
  readonly documents?: DocumentMemory | undefined
  /** True if the runtime's own `fetch` sends its requests, since no other was given. */
  readonly usesRuntimeFetch: boolean
  /** True if it has no credentials and no headers of its own. */
  readonly isAnonymous: boolean
}

/** The options of a request to a registry. */
export interface RequestOptions {
  /** Ends the request; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** The registry of a call: its URL or host, or a handle that `openRegistry` made. */
export type RegistryInput = string | URL | Registry

/**
 * Makes a handle for a registry: its address, its settings and its tokens. It sends no request. Every function that
 * takes a registry takes a handle; use one handle for all calls, so that they share tokens and what is known of the
 * registry.
 *
 * @param address The registry's URL, as `https://registry.example.com`, with a path if the registry is below one. Or
 *   its host as in image names: `registry.example.com` and `docker.io` mean https, `localhost:15000` (this machine)
 *   http.
 * @param options Credentials, headers, `fetch`, time-outs and retries.
 * @returns the handle, a frozen object. It shows no secret, however it is printed.
 * @throws {ValidationError} if `address` is not a host, or an http or https URL without user info, query and fragment;
 *   or if `credentials` or `allowedRealms` are not valid.
 * @throws {RangeError} if `retry`, `retryDelay`, `timeout` or `maxRequests` is out of range.
 * @throws {TypeError} if `fetch` is not a function, `allowedRealms` is not an array, or `profile` is unknown.
 * @example
 * ```ts
 * import { listTags, openRegistry } from 'registry-api-v2-client'
 *
 * const credentials = { username: 'ci', password: 'secret' }
 * const registry = openRegistry('https://registry.example.com', { credentials })
 * console.log(await listTags(registry, 'team/app')) // [ 'v7' ]
 * ```
 */
export function openRegistry(address: string | URL, options: RegistryOptions = {}): Registry {
  const base = parseRegistryAddress(address)
  const { credentials, headers, fetch = (request) => globalThis.fetch(request), retry = 2, timeout = 30_000 } = options
  const { retryDelay = 500, maxRequests = 80 } = options
  if (typeof fetch !== 'function') throw new TypeError('Cannot use fetch: pass a function')
  natural('retry', retry)
  if (!(retryDelay >= 0 && retryDelay <= MAX_TIMEOUT)) {
    throw new RangeError(`Cannot use ${retryDelay} as retryDelay: pass milliseconds, up to ${MAX_TIMEOUT}`)
  }
  if (!(timeout > 0 && timeout <= MAX_TIMEOUT)) {
    throw new RangeError(`Cannot use ${timeout} as timeout: pass milliseconds above 0, up to ${MAX_TIMEOUT}`)
  }
  if (!(Number.isSafeInteger(maxRequests) && maxRequests >= 4)) {
    throw new RangeError(`Cannot use ${maxRequests} as maxRequests: pass a whole number from 4`)
  }
  const allowedRealms = parseOrigins(options.allowedRealms ?? [])
  const ownHeaders = Object.fromEntries(new Headers(headers))
  const exchange = createExchange({ base, fetch, ownHeaders, retry, retryDelay, timeout })
  const send = createSend(exchange, {
    registry: base,
    maxRequests,
    credentials: typeof credentials === 'object' ? parseCredentials(credentials) : credentials,
    allowedRealms,
  })
  const capabilities = createCapabilities(base, options.profile)
  return Object.freeze({
    url: base.href,
    send,
    fetch,
    allowedRealms,
    capabilities,
    manifestTypes: new Map(),
    usesRuntimeFetch: options.fetch === undefined,
    isAnonymous: credentials === undefined && headers === undefined,
  })
}

/** The handle itself, or one with default settings for an address. */
export function toRegistry(registry: RegistryInput): Registry {
  if (typeof registry === 'string' || registry instanceof URL) return openRegistry(registry)
  if (typeof registry?.send === 'function') return registry
  throw new TypeError('Cannot use the registry: pass its URL, or what openRegistry gave')
}

/**
 * Tells whether two handles are of one registry and have the same rights there, so that blobs can be mounted. Handles
 * that were opened one by one may have different credentials (oras-project/oras#1903), unless they have none.
 */
export function isSameRegistry(one: Registry, other: Registry): boolean {
  // A handle that is made of another one shares what is learned of the registry.
  if (one.capabilities === other.capabilities) return true
  return one.url === other.url && [one, other].every((handle) => handle.isAnonymous && handle.usesRuntimeFetch)
}

/**
 * The same registry, each of whose requests asks for these rights too: one token then does for all that belongs
 * together.
 */
export function withScopes(registry: Registry, scopes: readonly Scope[]): Registry {
  const { send } = registry
  return { ...registry, send: (request) => send({ ...request, scopes: mergeScopes(scopes, request.scopes ?? []) }) }
}

/**
 * The same registry, each of whose requests has the handle's own tries and no more: for who tries again in a way of
 * their own.
 */
export function withoutPatience(registry: Registry): Registry {
  const { send } = registry
  return { ...registry, send: (request) => send({ ...request, patience: undefined }) }
}

function parseOrigins(texts: readonly string[]): readonly string[] {
  return list('allowedRealms', texts, 'an array of origins').map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url.origin
    throw new ValidationError(
      'SETTING_INVALID',
      'Cannot use the allowed realms: each has to be the origin of a token server, as in "https://auth.example.com"',
    )
  })
}
