import { randomUUID } from 'node:crypto'
import { importPKCS8, SignJWT } from 'jose'
import { createAuthority } from './certificates.ts'

/** What a token allows (distribution § Token Authentication Implementation: "access"). */
export interface Access {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

interface IssuedToken {
  readonly subject: string
  readonly audience: string
  readonly access: readonly Access[]
  /** Seconds after which distribution refuses it. */
  readonly lifetime: number
}

/** Makes tokens that a distribution takes which trusts its authority. */
export interface TokenIssuer {
  /** What the registry has to know it as. */
  readonly name: string
  /** The certificate of the authority that vouches for its key, in PEM. */
  readonly rootCertBundle: string
  issue(token: IssuedToken): Promise<string>
}

/** So many seconds a clock may be wrong for distribution 2.8 ("Leeway" in its registry/auth/token/token.go): it takes tokens that much longer. */
const LEEWAY = 60
/** The registry's clock is ours, which has gone on a little until the token is there. */
const now = () => Math.ceil(Date.now() / 1000)

export async function createTokenIssuer(name: string): Promise<TokenIssuer> {
  const authority = await createAuthority()
  const { certificate, key } = await authority.issue({ name })
  const signingKey = await importPKCS8(key, 'ES256')
  const header = { alg: 'ES256', typ: 'JWT', x5c: [certificate.replaceAll(/-----[^-]+-----|\s/g, '')] }
  return {
    name,
    rootCertBundle: authority.certificate,
    async issue({ subject, audience, access, lifetime }) {
      // As if our clock were that much late: then a token ends when it is meant to, however short its life is.
      const issuedAt = now() - LEEWAY
      return new SignJWT({ access })
        .setProtectedHeader(header)
        .setIssuer(name)
        .setSubject(subject)
        .setAudience(audience)
        .setJti(randomUUID())
        .setNotBefore(issuedAt)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetime)
        .sign(signingKey)
    },
  }
}
