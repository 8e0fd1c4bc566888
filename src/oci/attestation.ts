import type { IndexEntry } from './manifest.ts'

/** The annotation by which BuildKit says which manifest an attestation is about. */
export const ATTESTED_DIGEST = 'vnd.docker.reference.digest'

/**
 * Tells whether an entry of an index is an attestation. BuildKit annotates it and sets its platform to unknown/unknown
 * (moby/buildkit § attestation-storage).
 *
 * @param entry An entry of an index, from its `manifests`.
 * @returns true if the entry is an attestation.
 * @example
 * ```ts
 * import { getManifest, isAttestation, isIndex } from 'registry-api-v2-client'
 *
 * const { manifest } = await getManifest('https://registry.example.com', 'team/app', 'v7')
 * const entries = isIndex(manifest) ? manifest.manifests : []
 * const images = entries.filter((entry) => !isAttestation(entry))
 * ```
 */
export function isAttestation({ platform, annotations }: IndexEntry): boolean {
  return platform?.os === 'unknown' || annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
}
