import { loaded } from '../../async/lazy.ts'
import { isDockerHub, isLocal, isLoopback } from '../../oci/registry-address.ts'

/** The rules for the realm of a challenge. */
interface RealmRules {
  /** The registry's base URL. */
  readonly registry: URL
  /** Origins that the caller trusts. */
  readonly allowedRealms: readonly string[]
  /** True if a password or a token would be sent there. */
  readonly hasSecret: boolean
}

/** Why a token server is not trusted. The fault goes after "its token server …". */
export interface UntrustedRealm {
  readonly fault: string
  readonly remedy?: string
}

/** Docker Hub's own token server. */
const DOCKER_HUB_REALM = 'https://auth.docker.io'

/**
 * Reads where a registry's token server is, by the registry's own word. That word may be anybody's, so nothing is sent
 * there before this has looked at it (CVE-2026-48978; go-containerregistry#2193).
 *
 * The registry's own host is fine, and so is what the caller allows. Other hosts get no secret unless they are of the
 * same site; without a secret they are asked where they are on the internet. From https to http only what the caller
 * allows is followed.
 *
 * @returns the URL, or why it is not trusted
 */
export async function readRealm(
  text: string | undefined,
  { registry, allowedRealms, hasSecret }: RealmRules,
): Promise<{ readonly url: URL; readonly fault?: never } | (UntrustedRealm & { readonly url?: never })> {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return { fault: 'is not at an http or https URL' }
  if (url.username || url.password) return { fault: 'has a user name in its URL' }
  const { origin, hostname, protocol } = url
  if (allowedRealms.includes(origin)) return { url }
  const remedy = `if you trust it, pass { allowedRealms: ['${origin}'] }`
  if (protocol === 'http:' && registry.protocol === 'https:') {
    return { fault: `is at ${origin}, which is not encrypted`, remedy }
  }
  if (hostname === registry.hostname || (isLoopback(hostname) && isLoopback(registry.hostname))) return { url }
  if (isDockerHub(registry) && origin === DOCKER_HUB_REALM) return { url }
  if (isLocal(hostname)) return { fault: `is at ${origin}, another host, and one of a local network`, remedy }
  if (!hasSecret || (await isSameSite(hostname, registry.hostname))) return { url }
  return { fault: `is at ${origin}, another site than the registry's, which gets no secret`, remedy }
}

/**
 * Tells whether two hosts are of one registrable domain. The list of public suffixes is large, and loaded only here.
 */
async function isSameSite(one: string, other: string): Promise<boolean> {
  const { siteOf } = await loaded(import('./site.ts'))
  const site = siteOf(one)
  return site !== undefined && site === siteOf(other)
}
