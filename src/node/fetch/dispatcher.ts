import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { Agent, type buildConnector, Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import { type ProxyPlan, proxyClosed, proxyRefusal } from './proxy.ts'
import type { TlsPlan } from './tls.ts'

/** How to connect to a registry, and to all others. */
interface ConnectionPlan {
  /** The registry's. */
  readonly origin: string
  readonly tls: TlsPlan
  readonly proxy: ProxyPlan
}

/**
 * Makes what undici sends requests through. It chooses by origin, each time, so that a redirect that leads elsewhere takes no client
 * certificate along (GHSA-whvf-jp7m-59f3).
 */
export function createDispatcher({ origin, tls, proxy }: ConnectionPlan): object {
  const direct = { own: new Agent({ connect: tls.own }), other: new Agent({ connect: tls.other }) }
  const proxied = { own: createProxyAgent(tls.own, tls, proxy), other: createProxyAgent(tls.other, tls, proxy) }
  return new OriginDispatcher((target) => {
    const agents = proxy.isExempt(new URL(target)) ? direct : proxied
    return target === origin ? agents.own : agents.other
  })
}

class OriginDispatcher extends Dispatcher {
  readonly #choose: (origin: string) => Dispatcher

  constructor(choose: (origin: string) => Dispatcher) {
    super()
    this.#choose = choose
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#choose(String(options.origin)).dispatch(options, handler)
  }
}

function createProxyAgent(
  tls: ConnectionOptions,
  { other }: TlsPlan,
  { httpProxy, httpsProxy }: ProxyPlan,
): Dispatcher {
  return new EnvHttpProxyAgent({
    httpProxy,
    httpsProxy,
    // Not read by undici, whose rules are others than Go's.
    noProxy: '',
    connect: tls,
    // The same through a tunnel; the proxy itself gets no client certificate.
    requestTls: tls,
    proxyTls: other,
    // Proxies let tunnels through to few ports: what is http they get without.
    proxyTunnel: false,
    clientFactory: createProxyClient,
  })
}

/** Makes what tunnels are opened through. */
function createProxyClient(origin: URL, options: object): Dispatcher {
  const { connect } = options as { readonly connect: buildConnector.connector }
  const pool = new Pool(origin, { connect: (target, callback) => connect(withoutAddress(target), callback) })
  const openTunnel = pool.connect.bind(pool) as (options: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>
  return Object.assign(pool, {
    async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
      const answer = await openTunnel(options).catch((error) => {
        // undici connects again at once and for ever where an error has its own code of a closed socket.
        throw error?.code === 'UND_ERR_SOCKET' ? proxyClosed() : error
      })
      if (answer.statusCode === 200) return answer
      answer.socket.on('error', () => {}).destroy()
      // undici would have it look like a request that was aborted.
      throw proxyRefusal(answer.statusCode)
    },
  }) as Dispatcher
}

/** undici names a proxy without a name by its address, and Node 26 refuses that (RFC 6066 § Server Name Indication). */
function withoutAddress({ servername, ...target }: buildConnector.Options): buildConnector.Options {
  const isName = servername && isIP(servername.replace(/^\[|\]$/g, '')) === 0
  return isName ? { ...target, servername } : target
}
