import type { IndexEntry } from './manifest.ts'

/** Tells whether an index lists an attestation: BuildKit annotates it, and it runs nowhere. */
export function isAttestation({ platform, annotations }: IndexEntry): boolean {
  return platform?.os === 'unknown' || annotations?.['vnd.docker.reference.type'] !== undefined
}
