import { ValidationError } from '../../errors.ts'
import { type IsExempt, parseNoProxy } from './no-proxy.ts'

/** Which proxy to go through. */
export interface ProxyOptions {
  /**
   * The proxy of all requests, as `http://user:password@proxy.example.com:3128`; `false` for none.
   * @default what `HTTPS_PROXY` and `HTTP_PROXY` name (or both in lower case, which come first); `HTTP_PROXY` is also for https URLs
   *   if there is no `HTTPS_PROXY`. Not for this machine (`localhost`, 127.0.0.0/8, `::1`), and not for what `NO_PROXY` or
   *   `no_proxy` names, which is read as Go reads it
   */
  readonly proxy?: string | URL | false | undefined
}

/** The proxies of http and of https URLs, where an empty text is none, and which URLs are reached without. */
export interface ProxyPlan {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly isExempt: IsExempt
}

/**
 * Reads the option, or the environment.
 *
 * @throws {ValidationError} if it is no URL of a proxy; the message does not show it, since it may hold a password
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
  // Both count: a host that one of them names shall not be told to a proxy.
  const { NO_PROXY = '', no_proxy = '' } = process.env
  const isExempt = parseNoProxy(`${NO_PROXY},${no_proxy}`)
  return { httpProxy: httpProxy ?? '', httpsProxy: httpsProxy ?? '', isExempt }
}

/** The error of a proxy that lets a request not through. Its code goes into the message of the `NetworkError`. */
export function proxyRefusal(status: number): Error {
  return Object.assign(new Error(`The proxy answered ${status}`), { code: `PROXY_ANSWERED_${status}` })
}

/** The error of a proxy that closes the connection in place of an answer. */
export function proxyClosed(): Error {
  return Object.assign(new Error('The proxy closed the connection before it answered'), { code: 'ECONNRESET' })
}

function variable(name: string): string {
  return process.env[name.toLowerCase()] ?? process.env[name] ?? ''
}

function parseProxy(text: string, what: string): string {
  // A host with its port alone is a proxy of http in all tools.
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
