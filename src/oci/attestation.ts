import type { IndexEntry } from './manifest.ts'

/** Tells whether an entry of an index is an attestation: BuildKit annotates it, with the platform unknown/unknown (moby/buildkit § attestation-storage). */
export function isAttestation({ platform, annotations }: IndexEntry): boolean {
  return platform?.os === 'unknown' || annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
}
