import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** Tells whether a URL is reached without the proxy. */
export type IsExempt = (url: URL) => boolean

/** A host without brackets, and a port. */
type Matches = (host: string, port: string) => boolean

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Reads `NO_PROXY` as Go does (golang.org/x/net/http/httpproxy § Config.NoProxy), and so docker, skopeo and kubectl. Commas separate the
 * entries. An entry is an address, a CIDR block, a domain with its subdomains, or after a dot its subdomains alone; all but blocks may have a
 * port. `*` is every host. `localhost`, 127.0.0.0/8 and `::1` are always exempt. Any other entry exempts no host.
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

/** Brackets go only with a port (Go's net.SplitHostPort): `[::1]:5000` and `::1` are addresses, `[::1]` is not. */
function splitPort(entry: string): readonly [name: string, port: string] {
  const [, bracketed, bare, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? []
  return port === undefined ? [entry, ''] : [bracketed ?? bare ?? '', port]
}

function parseBlock(address: string, prefix: number): Matches {
  const family = isIP(address)
  // An address with a zone (`fe80::1%eth0`) is no block.
  if (family === 0 || address.includes('%') || prefix > (family === 4 ? 32 : 128)) return () => false
  const block = new BlockList()
  block.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  const hasIPv4 = family === 4 || (prefix >= 96 && isIPv4(new URL(`http://[${address}]`).hostname.slice(1, -1)))
  return (host) => (hasIPv4 || !isIPv4(host)) && isIn(block, host)
}

/** Tells whether an address, as a URL writes it, is one of IPv4. `::ffff:a00:1` is 10.0.0.1. */
function isIPv4(address: string): boolean {
  return isIP(address) === 4 || /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(address)
}

/** A domain matches no address: `0.1` is no end of `10.0.0.1`. */
function parseDomain(name: string): Matches {
  const isSuffix = /^\*?\./.test(name)
  const bare = name.replace(/^\*?\./, '')
  // What is ASCII stays as it is: "10.1" is no address here.
  const domain = /^[ -~]*$/.test(bare) ? bare : domainToASCII(bare)
  // A lone dot stands for all names that end with a dot.
  if (domain === '' && (!isSuffix || bare !== '')) return () => false
  return (host) => !isIP(host) && (host.endsWith(`.${domain}`) || (!isSuffix && host === domain))
}

function isIn(block: BlockList, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && block.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
