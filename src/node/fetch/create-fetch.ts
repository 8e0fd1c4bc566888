import { loaded } from '../../async/lazy.ts'
import { openRegistry } from '../../registry/registry.ts'
import { type ProxyOptions, planProxy, proxyRefusal } from './proxy.ts'
import { planTls, type TlsOptions } from './tls.ts'

/** How to reach a registry that a plain `fetch` does not reach. */
export interface FetchOptions extends TlsOptions, ProxyOptions {
  /** The registry's URL, as `openRegistry` gets it: the client certificate and `insecure` are for its origin alone. */
  readonly registry: string | URL
}

/**
 * Creates a `fetch` for `openRegistry` that trusts a private authority, presents a client certificate, or uses a
 * proxy. It has its own connections; it does not change what else the program fetches.
 *
 * It works in Node only. Elsewhere pass `openRegistry` a `fetch` of your own: in Deno with a `client` of
 * `Deno.createHttpClient`, in Bun with `tls` and `proxy`. Both also read `NODE_EXTRA_CA_CERTS`.
 *
 * @param options `registry` is the registry's URL. `ca`, `cert`, `key` and `passphrase` are PEM text. `proxy` is a
 *   URL, or false for none (default: from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`).
 * @returns the function, for the option `fetch` of `openRegistry`.
 * @throws {ValidationError} if a certificate, a key or a URL is not valid, or if there is a certificate but the
 *   registry has no TLS.
 * @throws {TypeError} if an option has the wrong type or lacks its other half, or if the runtime is not Node.
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
  // Theirs would leave the dispatcher unheeded, and go past the proxy without a word.
  if (process.versions.deno || process.versions.bun) {
    throw new TypeError(
      'Cannot create a fetch: that works in Node alone; pass openRegistry one of your own, (request) => fetch(request, { client }) in Deno, or (request) => fetch(request, { tls, proxy }) in Bun',
    )
  }
  const registry = new URL(openRegistry(options.registry).url)
  const plan = { origin: registry.origin, tls: planTls(registry, options), proxy: planProxy(options.proxy) }
  let opening: Promise<object> | undefined
  return async (request) => {
    // Not before: it takes as long to load as all the rest, and the first undici to be loaded connects for the whole program.
    opening ??= loaded(import('./dispatcher.ts')).then(({ createDispatcher }) => createDispatcher(plan))
    // The types of the runtime's undici and of the package's are those of two versions; they work together (Node 20 to 26).
    const init = { dispatcher: await opening } as RequestInit
    return globalThis.fetch(request, init).catch((error) => {
      throw nameRefusal(error)
    })
  }
}

/** Of a request that is not tunnelled, undici tells a proxy's refusal in words alone. */
function nameRefusal(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  const isRefusal = cause instanceof Error && cause.message.startsWith('Proxy Authentication Required')
  return isRefusal ? new TypeError('fetch failed', { cause: proxyRefusal(407) }) : error
}
