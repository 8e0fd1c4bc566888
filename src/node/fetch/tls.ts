import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type * as tls from 'node:tls'
import { ValidationError } from '../../errors.ts'

/** A certificate or key in PEM, as text or as a file's bytes. */
export type Pem = string | Uint8Array

/** The TLS options of `createFetch`. */
export interface TlsOptions {
  /**
   * PEM certificates of authorities to trust in addition to the runtime's own. They apply to all hosts.
   * A registry's token server, mirror or proxy often uses the same authority.
   *
   * @default no more authorities
   */
  readonly ca?: Pem | readonly Pem[] | undefined
  /**
   * The client certificate in PEM, with any intermediate certificates. It is only sent to the registry's origin.
   *
   * @default no client certificate
   */
  readonly cert?: Pem | undefined
  /** The private key of `cert` in PEM. */
  readonly key?: Pem | undefined
  /** The passphrase of an encrypted `key`. @default `key` is not encrypted */
  readonly passphrase?: string | undefined
  /** True to accept any certificate of the registry. Use it only for tests; it emits a warning. @default false */
  readonly insecure?: boolean | undefined
}

/** The settings for connections to the registry's origin (`own`) and to other origins (`other`). */
export interface TlsPlan {
  readonly own: tls.ConnectionOptions
  readonly other: tls.ConnectionOptions
}

/** Loads Node's TLS when it is needed: it takes a tenth of the time in which a program starts. */
const loadTls = (): typeof tls => process.getBuiltinModule('node:tls')

/**
 * Checks the TLS options and creates the connection settings.
 *
 * @throws {ValidationError} if a certificate or key is not valid, or `cert` or `insecure` is used without https
 * @throws {TypeError} if an option has the wrong type or lacks its counterpart (`cert` and `key`)
 */
export function planTls(registry: URL, options: TlsOptions): TlsPlan {
  const { cert, key, passphrase, insecure = false } = options
  // Truthy values are not accepted: an environment variable may contain the string "false".
  if (typeof insecure !== 'boolean') throw new TypeError('Cannot use { insecure }: pass true or false')
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('Cannot use a client certificate: pass both { cert, key }')
  }
  if (passphrase !== undefined && (key === undefined || typeof passphrase !== 'string')) {
    throw new TypeError('Cannot use { passphrase }: pass it as a string, together with { cert, key }')
  }
  if (registry.protocol !== 'https:' && (insecure || cert !== undefined)) {
    const name = insecure ? 'insecure' : 'cert'
    throw new ValidationError('SETTING_INVALID', `Cannot use { ${name} }: ${registry.origin} is not https`, {
      remedy: 'leave it out, or pass an https URL',
    })
  }
  const authorities = parseAuthorities(options.ca)
  const ca = authorities.length > 0 ? [...ownAuthorities(), ...authorities] : undefined
  // Created only once, because parsing all these certificates takes as long as connecting.
  const other = ca ? { secureContext: loadTls().createSecureContext({ ca }) } : {}
  const own = cert === undefined ? other : { secureContext: createClientContext({ ca, cert, key, passphrase }) }
  if (!insecure) return { own, other }
  warnInsecure(registry)
  return { own: { ...own, rejectUnauthorized: false }, other }
}

/** Returns the authorities that the runtime trusts by default. A context with `ca` alone would no longer trust them. */
function ownAuthorities(): readonly string[] {
  const tls = loadTls()
  if ('getCACertificates' in tls) return (tls.getCACertificates as (type: string) => string[])('default')
  return [...tls.rootCertificates, ...extraAuthorities()]
}

/**
 * Reads `NODE_EXTRA_CA_CERTS`. Node 20 trusts this file but has no function that returns it. Like Node, ignores a file
 * that it cannot read.
 */
function extraAuthorities(): readonly string[] {
  const path = process.env.NODE_EXTRA_CA_CERTS
  try {
    return path ? [readFileSync(path, 'utf8')] : []
  } catch {
    return []
  }
}

/** Checks each certificate, because a secure context silently ignores those that it cannot parse. */
function parseAuthorities(ca: TlsOptions['ca'] = []): readonly string[] {
  return [ca].flat().flatMap((pem) => {
    // Also matches a certificate without its end, so that it is refused.
    const certificates = textOf(pem).match(/-----BEGIN CERTIFICATE-----[^-]*(?:-----END CERTIFICATE-----)?/g) ?? []
    if (certificates.length === 0 || !certificates.every(isCertificate)) {
      throw new ValidationError('SETTING_INVALID', 'Cannot use { ca }: it is not a certificate in PEM', {
        remedy: 'pass the content of the file, from "-----BEGIN CERTIFICATE-----" on',
      })
    }
    return certificates
  })
}

function textOf(pem: Pem): string {
  return typeof pem === 'string' ? pem : new TextDecoder().decode(pem)
}

function isCertificate(pem: string): boolean {
  try {
    return Boolean(new X509Certificate(pem))
  } catch {
    return false
  }
}

function createClientContext(options: {
  readonly ca: readonly string[] | undefined
  readonly cert: Pem | undefined
  readonly key: Pem | undefined
  readonly passphrase: string | undefined
}): tls.SecureContext {
  try {
    return loadTls().createSecureContext(options as tls.SecureContextOptions)
  } catch (error) {
    // The cause is left out: for a value of the wrong type, it shows that value.
    const { reason, code } = error as { readonly reason?: string; readonly code?: string }
    throw new ValidationError('SETTING_INVALID', `Cannot use { cert, key }: ${reason ?? code}`, {
      remedy: 'pass a certificate and its own key, both in PEM, and the { passphrase } of an encrypted key',
    })
  }
}

function warnInsecure({ host }: URL): void {
  process.emitWarning(
    `The TLS certificate of ${host} is not checked ({ insecure: true }): anyone on the network path can read and change everything. Pass { ca } instead.`,
    { type: 'SecurityWarning' },
  )
}
