import { type Finding, type FindingCode, failed } from './check.ts'

/** A failure by its words in Node, Bun and Deno. `tls` means that the server answers, but not by a valid TLS. */
type Known = readonly [pattern: RegExp, check: 'connection' | 'tls', code: FindingCode, fault: string, remedy: string]

const FAILURES: readonly Known[] = [
  [
    // The words of `probe`.
    /^timed out$/,
    'connection',
    'SILENT',
    'does not answer in time',
    'check the address and the port, and whether a firewall drops the connection',
  ],
  [
    /ECONNREFUSED|connection ?refused/i,
    'connection',
    'NOTHING_LISTENS',
    'refuses the connection: no program listens there',
    'start the registry, or check the port',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|dns error|failed to lookup address/i,
    'connection',
    'HOST_UNKNOWN',
    'has a host name that is not known',
    'check the spelling, the DNS entry, and the network of this machine',
  ],
  [
    /PROXY_ANSWERED|The proxy closed/i,
    'connection',
    'PROXY_REFUSES',
    'cannot be reached, because the proxy of this machine refuses the connection',
    'check HTTPS_PROXY and HTTP_PROXY, with the user and password of the proxy, or add the host to NO_PROXY',
  ],
  [
    /bad port/i,
    'connection',
    'BLOCKED_PORT',
    'has a port that browsers and fetch do not use (Fetch § Port blocking)',
    'move the registry to another port',
  ],
  [
    /CERT_HAS_EXPIRED|certificate (?:has )?expired|: Expired/i,
    'tls',
    'CERTIFICATE_EXPIRED',
    'has a certificate that has expired',
    'renew the certificate on the server; if it is valid, set the clock of this machine',
  ],
  [
    /CERT_NOT_YET_VALID|not ?valid ?yet/i,
    'tls',
    'CERTIFICATE_NOT_YET_VALID',
    'has a certificate that is not valid yet',
    'set the clock of this machine, or wait until the certificate is valid',
  ],
  [
    /ALTNAME|NotValidForName|not valid for name/i,
    'tls',
    'CERTIFICATE_OTHER_HOST',
    'has a certificate for another host',
    'use the host name of the certificate, or issue one that has this name in its subjectAltName',
  ],
  [
    /SELF_SIGNED|UNABLE_TO|UNKNOWN_?ISSUER|UNABLE_TO_VERIFY/i,
    'tls',
    'CERTIFICATE_UNKNOWN',
    'has a certificate of an authority that this machine does not trust',
    'trust the authority: set NODE_EXTRA_CA_CERTS to its PEM file, or in Node pass createFetch({ ca })',
  ],
  [
    /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE/i,
    'tls',
    'CLIENT_CERTIFICATE',
    'refuses the connection without a client certificate, or does not accept the one it got',
    'in Node pass createFetch({ cert, key })',
  ],
  [
    /CERT|_SSL_|_TLS_|\bTLS\b|VERIFY|WRONG_VERSION/i,
    'tls',
    'TLS_FAILED',
    'does not use TLS, or no version that this machine accepts',
    'check whether the registry is at http://, and the TLS settings of the server',
  ],
  [
    /ECONNRESET|EPIPE|UND_ERR_SOCKET|other side closed|ConnectionClosed|connection (?:closed|reset)/i,
    'connection',
    'BROKEN_OFF',
    'closes the connection without an answer',
    'check the log of the server: something else may listen on this port, or it may want a client certificate',
  ],
]

/** Explains why there is no answer. The check is the first one that fails by it. */
export function explainFailure(
  failure: string,
  place: string,
): { readonly check: 'connection' | 'tls'; readonly finding: Finding } {
  const [, check, code, fault, remedy] = FAILURES.find(([pattern]) => pattern.test(failure)) ?? []
  if (check && code) return { check, finding: failed(code, `${place} ${fault}.`, remedy) }
  const finding = failed(
    'NO_ANSWER',
    `${place} does not answer.`,
    'check the address, the port, the network, and that it runs',
  )
  return { check: 'connection', finding }
}
