import { objectField, textField } from './json.ts'
import type { IndexEntry } from './manifest.ts'

/** Tells whether an entry of an index is an attestation: BuildKit annotates it, with the platform unknown/unknown (moby/buildkit § attestation-storage). */
export function isAttestation({ platform, annotations }: IndexEntry): boolean {
  const type = textField(objectField({ annotations }, 'annotations'), 'vnd.docker.reference.type')
  return platform?.os === 'unknown' || type === 'attestation-manifest'
}
