import { ValidationError } from '../../errors.ts'
import { type IsExempt, parseNoProxy } from './no-proxy.ts'

/** The proxy options of `createFetch`. */
export interface ProxyOptions {
  /**
   * The proxy for all requests, such as `http://user:password@proxy.example.com:3128`; `false` for no proxy.
   *
   * By default, `HTTPS_PROXY` and `HTTP_PROXY` decide; the lower-case names have priority. `HTTP_PROXY` also applies to
   * https URLs if `HTTPS_PROXY` is not set. This machine (`localhost`, 127.0.0.0/8, `::1`) and the hosts in `NO_PROXY`
   * or `no_proxy` are exempt. They are parsed as in Go.
   *
   * @default the environment's proxy
   */
  readonly proxy?: string | URL | false | undefined
}

/** The proxies for http and https URLs (an empty string means no proxy), and the exempt URLs. */
export interface ProxyPlan {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly isExempt: IsExempt
}

/**
 * Reads the proxy option or the environment.
 *
 * @throws {ValidationError} if it is not the URL of a proxy; the message does not show it, because it may contain a
 *   password
 */
export function planProxy(proxy: ProxyOptions['proxy']): ProxyPlan {
  if (proxy === false) return { httpProxy: '', httpsProxy: '', isExempt: () => true }
  if (proxy !== undefined) {
    const url = parseProxy(String(proxy), 'option "proxy"')
    return { httpProxy: url, httpsProxy: url, isExempt: () => false }
  }
  const [httpProxy, httpsProxy] = ['HTTP_PROXY', 'HTTPS_PROXY'].map((name) => {
    const text = variable(name)
    return text && parseProxy(text, `variable ${name}`)
  })
  // Both apply: a proxy must not learn of a host that either of them exempts.
  const { NO_PROXY = '', no_proxy = '' } = process.env
  const isExempt = parseNoProxy(`${NO_PROXY},${no_proxy}`)
  return { httpProxy: httpProxy ?? '', httpsProxy: httpsProxy ?? '', isExempt }
}

/** Creates the error for a request that the proxy refused. The `NetworkError`'s message includes its code. */
export function proxyRefusal(status: number): Error {
  return Object.assign(new Error(`The proxy answered ${status}`), { code: `PROXY_ANSWERED_${status}` })
}

/** Creates the error for a proxy that closes the connection instead of answering. */
export function proxyClosed(): Error {
  return Object.assign(new Error('The proxy closed the connection before it answered'), { code: 'ECONNRESET' })
}

function variable(name: string): string {
  return process.env[name.toLowerCase()] ?? process.env[name] ?? ''
}

function parseProxy(text: string, what: string): string {
  // All tools treat a host and port without a scheme as an http proxy.
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url && /^https?:$/.test(url.protocol) && isDecodable(url.username + url.password)) {
    const user = url.username && `${url.username}:${url.password}@`
    return `${url.protocol}//${user}${url.host}`
  }
  throw new ValidationError('SETTING_INVALID', `Cannot use the ${what}: it is not the URL of a proxy`, {
    remedy: 'pass one like "http://user:password@proxy.example.com:3128", with "%" in user and password as "%25"',
  })
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined
  } catch {
    return false
  }
}
