import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringRegistryBinary, startRegistryBinary } from '../../scripts/find/registry-binary.js'

/** The one user of registries that ask for HTTP Basic. */
export const HTPASSWD_USER = { username: 'ci', password: 'hunter2' } as const
/** Written by `htpasswd -nbB -C 5 ci hunter2`: distribution takes bcrypt alone. */
const HTPASSWD = 'ci:$2y$05$E7vQJVaquLynBUJfPTZP0uk..h.PT.wK5SBG11z5hIdL7n//YuUSG\n'

/** Whose tokens a registry takes, and where it sends clients to get them. */
interface TokenAuth {
  /** The URL of the token server. */
  readonly realm: string
  /** The registry's name there: the audience of its tokens. */
  readonly service: string
  readonly issuer: string
  /** The certificates, in PEM, of the authorities that vouch for the tokens' keys. */
  readonly rootCertBundle: string
}

export interface DistributionOptions {
  /** @default none: it asks nobody who they are */
  readonly auth?: { readonly htpasswd: typeof HTPASSWD_USER } | { readonly token: TokenAuth }
  /** Certificate and key in PEM. With `clientCa`, clients need a certificate of that authority. @default none: HTTP */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string }
  /** The origin that its `Location`s begin with. @default what a request names as its host */
  readonly host?: string
  /** Whether its `Location`s are paths alone. @default false */
  readonly relativeUrls?: boolean
  /** Its program. @default the one of this machine, or Debian's: distribution 2 */
  readonly binary?: string
  /** Where it keeps its data, when several share it. @default a folder of its own, removed at the end */
  readonly data?: string
  /** What is otherwise than in registry.yml, in distribution's words: `REGISTRY_HTTP_SECRET`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A real registry of a test's own. */
export interface Distribution {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a real distribution that pages may ask, and that deletes. Its answers to preflights ask for a sign-in, too, if it has one. */
export async function startDistribution(options: DistributionOptions = {}): Promise<Distribution> {
  const { binary = bringRegistryBinary(), data } = options
  if (!binary) throw new Error('No distribution can be had: install its "registry" binary and try again.')
  const folder = mkdtempSync(join(tmpdir(), 'distribution-'))
  const settings = { ...settingsFor(options, folder), ...options.settings }
  const registry = await startRegistryBinary(binary, { settings, ...(data !== undefined && { data }) })
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${registry.port}`,
    async stop() {
      await registry.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What is added to registry.yml, as distribution takes it from its environment: whole sections are YAML, which JSON is, too. */
function settingsFor({ auth, tls, host, relativeUrls }: DistributionOptions, folder: string): Record<string, string> {
  const write: WriteFile = (name, text) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  return {
    ...(host !== undefined && { REGISTRY_HTTP_HOST: host }),
    ...(relativeUrls !== undefined && { REGISTRY_HTTP_RELATIVEURLS: String(relativeUrls) }),
    ...(tls && { REGISTRY_HTTP_TLS: JSON.stringify(tlsSection(tls, write)) }),
    ...(auth && { REGISTRY_AUTH: JSON.stringify(authSection(auth, write)) }),
  }
}

/** Writes a file for the registry, and gives its path. */
type WriteFile = (name: string, text: string) => string

function tlsSection({ certificate, key, clientCa }: NonNullable<DistributionOptions['tls']>, write: WriteFile): object {
  return {
    certificate: write('certificate.pem', certificate),
    key: write('key.pem', key),
    ...(clientCa !== undefined && { clientcas: [write('client-ca.pem', clientCa)] }),
  }
}

function authSection(auth: NonNullable<DistributionOptions['auth']>, write: WriteFile): object {
  if ('htpasswd' in auth) {
    return { htpasswd: { realm: 'a registry of a test', path: write('htpasswd', HTPASSWD) } }
  }
  const { realm, service, issuer, rootCertBundle } = auth.token
  return { token: { realm, service, issuer, rootcertbundle: write('token-ca.pem', rootCertBundle) } }
}
