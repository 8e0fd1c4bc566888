import { loaded } from '../../async/lazy.ts'
import { openRegistry } from '../../registry/registry.ts'
import { type ProxyOptions, planProxy, proxyRefusal } from './proxy.ts'
import { planTls, type TlsOptions } from './tls.ts'

/** Options of `createFetch`. */
export interface FetchOptions extends TlsOptions, ProxyOptions {
  /** The registry's URL, as for `openRegistry`. The client certificate and `insecure` apply only to its origin. */
  readonly registry: string | URL
}

/**
 * Creates a `fetch` for `openRegistry` that trusts a private authority, presents a client certificate, or uses a
 * proxy. It has its own connections, so the program's other requests do not change.
 *
 * It works only in Node. In Deno, pass `openRegistry` a `fetch` with a `client` of `Deno.createHttpClient`. In Bun,
 * pass a `fetch` with `tls` and `proxy`. Both also read `NODE_EXTRA_CA_CERTS`.
 *
 * @param options `registry` is the registry's URL. `ca`, `cert`, `key` and `passphrase` are PEM text. `proxy` is a
 *   URL, or false for none (default: from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`).
 * @returns the function, for the option `fetch` of `openRegistry`.
 * @throws {ValidationError} if a certificate, a key or a URL is not valid, or if there is a certificate but the
 *   registry has no TLS.
 * @throws {TypeError} if an option has the wrong type or lacks its counterpart, or if the runtime is not Node.
 * @example
 * ```ts
 * import { createFetch, openRegistry } from 'registry-api-v2-client/node'
 *
 * const url = 'https://registry.example.com'
 * const fetch = createFetch({ registry: url, proxy: 'http://proxy.example.com:3128' })
 * const registry = openRegistry(url, { fetch })
 * ```
 */
export function createFetch(options: FetchOptions): (request: Request) => Promise<Response> {
  // Their `fetch` would ignore the dispatcher and silently bypass the proxy.
  if (process.versions.deno || process.versions.bun) {
    throw new TypeError(
      'Cannot create a fetch: this works only in Node; pass openRegistry your own fetch, (request) => fetch(request, { client }) in Deno, or (request) => fetch(request, { tls, proxy }) in Bun',
    )
  }
  const registry = new URL(openRegistry(options.registry).url)
  const plan = { origin: registry.origin, tls: planTls(registry, options), proxy: planProxy(options.proxy) }
  let opening: Promise<object> | undefined
  return async (request) => {
    // Loaded at the first request: undici takes as long to load as everything else, and the first undici that loads
    // serves the whole program's connections.
    opening ??= loaded(import('./dispatcher.ts')).then(({ createDispatcher }) => createDispatcher(plan))
    // The runtime's undici and the package's have different versions and types, but work together (Node 20 to 26).
    const init = { dispatcher: await opening } as RequestInit
    return globalThis.fetch(request, init).catch((error) => {
      throw nameRefusal(error)
    })
  }
}

/** Gives a proxy's refusal an error code. Without a tunnel, undici reports the refusal only in the error's message. */
function nameRefusal(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  const isRefusal = cause instanceof Error && cause.message.startsWith('Proxy Authentication Required')
  return isRefusal ? new TypeError('fetch failed', { cause: proxyRefusal(407) }) : error
}
