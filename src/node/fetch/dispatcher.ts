import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { Agent, type buildConnector, Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import { type ProxyPlan, proxyClosed, proxyRefusal } from './proxy.ts'
import type { TlsPlan } from './tls.ts'

/** The settings for connections to the registry and to other hosts. */
interface ConnectionPlan {
  /** The registry's origin. */
  readonly origin: string
  readonly tls: TlsPlan
  readonly proxy: ProxyPlan
}

/**
 * Creates an undici dispatcher. It chooses the settings by origin for each request, so that a redirect to another
 * origin never gets the client certificate (GHSA-whvf-jp7m-59f3).
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
    // Empty, because undici's rules differ from Go's. `isExempt` decides instead.
    noProxy: '',
    connect: tls,
    // A tunnel uses the same settings. The proxy itself gets no client certificate.
    requestTls: tls,
    proxyTls: other,
    // Proxies allow tunnels only to few ports, so http requests use no tunnel.
    proxyTunnel: false,
    clientFactory: createProxyClient,
  })
}

/** Creates the undici client that opens tunnels. */
function createProxyClient(origin: URL, options: object): Dispatcher {
  const { connect } = options as { readonly connect: buildConnector.connector }
  const pool = new Pool(origin, { connect: (target, callback) => connect(withoutAddress(target), callback) })
  const openTunnel = pool.connect.bind(pool) as (options: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>
  return Object.assign(pool, {
    async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
      const answer = await openTunnel(options).catch((error) => {
        // undici would reconnect at once, endlessly, if the error had its own code for a closed socket.
        throw error?.code === 'UND_ERR_SOCKET' ? proxyClosed() : error
      })
      if (answer.statusCode === 200) return answer
      answer.socket.on('error', () => {}).destroy()
      // undici's own error would look like an aborted request.
      throw proxyRefusal(answer.statusCode)
    },
  }) as Dispatcher
}

/**
 * Removes an address from the server name. undici sets one for a proxy without a name, and Node 26 refuses it (RFC 6066
 * § Server Name Indication).
 */
function withoutAddress({ servername, ...target }: buildConnector.Options): buildConnector.Options {
  const isName = servername && isIP(servername.replace(/^\[|\]$/g, '')) === 0
  return isName ? { ...target, servername } : target
}
