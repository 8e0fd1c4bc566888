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
 * Reads `NO_PROXY` as Go does (golang.org/x/net/http/httpproxy § Config.NoProxy), and so docker, skopeo and kubectl. An entry is an address,
 * a CIDR block, a domain with its subdomains, or after a dot its subdomains alone; all but blocks may have a port. `*` is every host.
 * `localhost`, 127.0.0.0/8 and `::1` are always exempt.
 */
export function parseNoProxy(text: string): IsExempt {
  const entries = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseEntry)
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = url.port || (url.protocol === 'http:' ? '80' : '443')
    return host === 'localhost' || isIn(LOOPBACK, host) || entries.some((matches) => matches(host, port))
  }
}

function parseEntry(entry: string): Matches {
  if (entry === '*') return () => true
  const [, address = '', prefix] = /^([^/]*)\/(\d{1,3})$/.exec(entry) ?? []
  if (prefix !== undefined) return parseBlock(address, Number(prefix))
  const [name, wantedPort] = splitPort(entry)
  const matches = isIP(name) ? parseBlock(name, isIP(name) === 4 ? 32 : 128) : parseDomain(name)
  return (host, port) => (wantedPort === undefined || wantedPort === port) && matches(host, port)
}

/** `::1` has no port, `[::1]:5000` has one. */
function splitPort(entry: string): readonly [name: string, port: string | undefined] {
  if (isIP(entry)) return [entry, undefined]
  const [, bracketed, bare, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(entry) ?? []
  return [bracketed ?? bare ?? '', port || undefined]
}

function parseBlock(address: string, prefix: number): Matches {
  const family = isIP(address)
  // No block: it matches nothing.
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return () => false
  const block = new BlockList()
  block.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  return (host) => isIn(block, host)
}

function parseDomain(name: string): Matches {
  const isSuffix = /^\*?\./.test(name)
  const bare = name.replace(/^\*?\./, '')
  // What is ASCII stays as it is: "10.1" is no address here.
  const domain = /^[ -~]*$/.test(bare) ? bare : domainToASCII(bare)
  if (domain === '') return () => false
  return (host) => host.endsWith(`.${domain}`) || (!isSuffix && host === domain)
}

function isIn(block: BlockList, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && block.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
