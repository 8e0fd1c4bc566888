import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import { ValidationError } from '../../errors.ts'

/** Text, or the bytes of a file, in PEM. */
export type Pem = string | Uint8Array

/** Whom to trust, and how to identify oneself. */
export interface TlsOptions {
  /**
   * Certificates of authorities, in PEM, that are trusted beside the runtime's own. They are so for all hosts, since a
   * registry's token server, a mirror or a proxy often has its certificate from the same.
   * @default none
   */
  readonly ca?: Pem | readonly Pem[] | undefined
  /**
   * The client certificate, in PEM, with those between it and its authority. No other origin than the registry's sees it.
   * @default none
   */
  readonly cert?: Pem | undefined
  /** The private key of `cert`, in PEM. */
  readonly key?: Pem | undefined
  /** What `key` is encrypted with. @default it is not */
  readonly passphrase?: string | undefined
  /** Whether to believe any certificate of the registry's: for trials alone, and a warning says so. @default false */
  readonly insecure?: boolean | undefined
}

/** The settings of connections to the registry's origin, and to all others. */
export interface TlsPlan {
  readonly own: tls.ConnectionOptions
  readonly other: tls.ConnectionOptions
}

/**
 * Reads the options.
 *
 * @throws {ValidationError} if a certificate or key cannot be used, or the registry is not reached by TLS
 * @throws {TypeError} if an option has the wrong type or lacks its other half
 */
export function planTls(registry: URL, options: TlsOptions): TlsPlan {
  const { cert, key, passphrase, insecure = false } = options
  // Never by what is merely truthy: "false" comes out of an environment.
  if (typeof insecure !== 'boolean') throw new TypeError('Cannot use { insecure }: pass true or false')
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('Cannot use a client certificate: pass both { cert, key }')
  }
  if (passphrase !== undefined && (key === undefined || typeof passphrase !== 'string')) {
    throw new TypeError('Cannot use { passphrase }: pass it as a text, with the { cert, key } that it is for')
  }
  if (registry.protocol !== 'https:' && (insecure || cert !== undefined)) {
    const name = insecure ? 'insecure' : 'cert'
    throw new ValidationError('SETTING_INVALID', `Cannot use { ${name} }: ${registry.origin} is not https`, {
      remedy: 'leave it out, or pass an https URL',
    })
  }
  const authorities = parseAuthorities(options.ca)
  const ca = authorities.length > 0 ? [...ownAuthorities(), ...authorities] : undefined
  // Made once: to read all those certificates takes as long as connecting does.
  const other = ca ? { secureContext: tls.createSecureContext({ ca }) } : {}
  const own = cert === undefined ? other : { secureContext: createClientContext({ ca, cert, key, passphrase }) }
  if (!insecure) return { own, other }
  warnInsecure(registry)
  return { own: { ...own, rejectUnauthorized: false }, other }
}

/** What the runtime trusts by itself: to give it others alone would take that away. */
function ownAuthorities(): readonly string[] {
  if ('getCACertificates' in tls) return (tls.getCACertificates as (type: string) => string[])('default')
  return [...tls.rootCertificates, ...extraAuthorities()]
}

/** Node 20 trusts the certificates of this file, but does not tell them. What it cannot read it does without. */
function extraAuthorities(): readonly string[] {
  const path = process.env.NODE_EXTRA_CA_CERTS
  try {
    return path ? [readFileSync(path, 'utf8')] : []
  } catch {
    return []
  }
}

/** Each is parsed, since a secure context takes what it cannot read for none. */
function parseAuthorities(ca: TlsOptions['ca'] = []): readonly string[] {
  return [ca].flat().flatMap((pem) => {
    // One without its end is found too, so that it is refused.
    const certificates = textOf(pem).match(/-----BEGIN CERTIFICATE-----[^-]*(?:-----END CERTIFICATE-----)?/g) ?? []
    if (certificates.length === 0 || !certificates.every(isCertificate)) {
      throw new ValidationError('SETTING_INVALID', 'Cannot use { ca }: it is no certificate in PEM', {
        remedy: 'pass what is in the file, from "-----BEGIN CERTIFICATE-----" on',
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
    return tls.createSecureContext(options as tls.SecureContextOptions)
  } catch (error) {
    // Without the cause: where the type is wrong, it shows what it got.
    const { reason, code } = error as { readonly reason?: string; readonly code?: string }
    throw new ValidationError('SETTING_INVALID', `Cannot use { cert, key }: ${reason ?? code}`, {
      remedy: 'pass a certificate and its own key, both in PEM, and the { passphrase } of an encrypted key',
    })
  }
}

function warnInsecure({ host }: URL): void {
  process.emitWarning(
    `The TLS certificate of ${host} is not checked ({ insecure: true }): whoever is on the way can read and change everything. Pass { ca } instead.`,
    { type: 'SecurityWarning' },
  )
}
