import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** Tells whether a URL is exempt from the proxy. */
export type IsExempt = (url: URL) => boolean

/** Tells whether an entry matches a host, without brackets, and a port. */
type Matches = (host: string, port: string) => boolean

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Parses `NO_PROXY` as Go does (golang.org/x/net/http/httpproxy § Config.NoProxy), and thus as docker, skopeo and
 * kubectl do.
 *
 * Commas separate the entries. An entry is one of these; all but CIDR blocks may have a port:
 *
 * - an address
 * - a CIDR block
 * - a domain, which includes its subdomains
 * - a dot and a domain, which means only its subdomains
 * - `*`, which means every host
 *
 * `localhost`, 127.0.0.0/8 and `::1` are always exempt. Any other entry is ignored.
 */
export function parseNoProxy(text: string): IsExempt {
  const entries = text.split(',').map((entry) => parseEntry(entry.trim().toLowerCase()))
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = url.port || (url.protocol === 'http:' ? '80' : '443')
    return host === 'localhost' || isIn(LOOPBACK, host) || entries.some((matches) => matches(host, port))
  }
}

function parseEntry(entry: string): Matches {
  if (entry === '*') return () => true
  const [, address = '', prefix] = /^([^/]*)\/(\d+)$/.exec(entry) ?? []
  if (prefix !== undefined) return parseBlock(address, Number(prefix))
  const [name, wantedPort] = splitPort(entry)
  const matches = isIP(name) ? parseBlock(name, isIP(name) === 4 ? 32 : 128) : parseDomain(name)
  return (host, port) => (wantedPort === '' || wantedPort === port) && matches(host, port)
}

/**
 * Splits a host and a port. Brackets require a port (Go's net.SplitHostPort): `[::1]:5000` and `::1` are addresses,
 * `[::1]` is not.
 */
function splitPort(entry: string): readonly [name: string, port: string] {
  const [, bracketed, bare, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? []
  return port === undefined ? [entry, ''] : [bracketed ?? bare ?? '', port]
}

function parseBlock(address: string, prefix: number): Matches {
  const family = isIP(address)
  // An address with a zone (`fe80::1%eth0`) is not a block.
  if (family === 0 || address.includes('%') || prefix > (family === 4 ? 32 : 128)) return () => false
  const block = new BlockList()
  block.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  const hasIPv4 = family === 4 || (prefix >= 96 && isIPv4(new URL(`http://[${address}]`).hostname.slice(1, -1)))
  return (host) => (hasIPv4 || !isIPv4(host)) && isIn(block, host)
}

/** Tells whether an address, in a URL's notation, is an IPv4 address. `::ffff:a00:1` is 10.0.0.1. */
function isIPv4(address: string): boolean {
  return isIP(address) === 4 || /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(address)
}

/** Creates the matcher of a domain. A domain never matches an address: `0.1` does not match `10.0.0.1`. */
function parseDomain(name: string): Matches {
  const isSuffix = /^\*?\./.test(name)
  const bare = name.replace(/^\*?\./, '')
  // ASCII stays unchanged, because `domainToASCII` would turn "10.1" into an address.
  const domain = /^[ -~]*$/.test(bare) ? bare : domainToASCII(bare)
  // A single dot matches all names that end with a dot.
  if (domain === '' && (!isSuffix || bare !== '')) return () => false
  return (host) => !isIP(host) && (host.endsWith(`.${domain}`) || (!isSuffix && host === domain))
}

function isIn(block: BlockList, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && block.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
