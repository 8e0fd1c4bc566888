import 'reflect-metadata'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

/** A certificate authority of a test's own, which no machine trusts unless it is told to. */
export interface Authority {
  /** Its own certificate, in PEM. */
  readonly certificate: string
  /** Issues a certificate; certificate and key (PKCS#8) are in PEM. */
  issue(options: CertificateOptions): Promise<{ certificate: string; key: string }>
}

interface CertificateOptions {
  readonly name: string
  /** The names and addresses that a server is reached by. @default none: it is no server's */
  readonly hosts?: readonly string[]
  /** Whether a client may identify itself by it. @default false */
  readonly client?: boolean
  /** @default now */
  readonly notBefore?: Date
  /** @default in a year */
  readonly notAfter?: Date
}

/** ES256, as JSON web tokens call it. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

/** Creates a certificate authority. */
export async function createAuthority(): Promise<Authority> {
  const keys = await createKeys()
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: named('Authority of a test'),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certificate: own.toString('pem'),
    async issue({ name, hosts = [], client = false, ...dates }) {
      const { publicKey, privateKey } = await createKeys()
      const uses = [...(hosts.length > 0 ? [serverAuth] : []), ...(client ? [clientAuth] : [])]
      const issued = await x509.X509CertificateGenerator.create({
        subject: named(name),
        issuer: own.subject,
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        ...dates,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
          ...(uses.length > 0 ? [new x509.ExtendedKeyUsageExtension(uses)] : []),
          ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName))] : []),
        ],
      })
      return {
        certificate: issued.toString('pem'),
        key: x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY'),
      }
    },
  }
}

function createKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

function named(name: string): x509.JsonName {
  return [{ CN: [name] }]
}

function alternativeName(host: string): x509.JsonGeneralName {
  return { type: isIP(host) ? 'ip' : 'dns', value: host }
}
