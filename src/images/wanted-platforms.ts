import { list } from '../check-options.ts'
import { ATTESTED_DIGEST, isAttestation } from '../oci/attestation.ts'
import { formatPlatform } from '../oci/descriptor.ts'
import type { IndexEntry } from '../oci/manifest.ts'
import { isPlatform } from './platforms.ts'

/**
 * Tells whether an entry of an index has to be read for the platforms that are wanted: one of them, an attestation of
 * one, or an entry whose platform the index does not tell.
 */
export function isWantedEntry(entry: IndexEntry, entries: readonly IndexEntry[], wanted: readonly string[]): boolean {
  const about = aboutIn(entry)
  const subject = entries.find(({ digest }) => digest === about)
  // Two attestations may be about each other.
  if (subject && aboutIn(subject) === undefined) return isWantedEntry(subject, entries, wanted)
  const { platform } = entry
  if (!platform || isAttestation(entry)) return true
  return wanted.some((one) => isPlatform(formatPlatform(platform), one))
}

function aboutIn({ annotations }: IndexEntry): string | undefined {
  return annotations?.[ATTESTED_DIGEST]
}

/**
 * Checks a list of platforms.
 *
 * @throws {TypeError} if it is not a list, is empty, or is given together with one platform
 */
export function checkPlatforms(platforms: readonly string[], platform: string | undefined): readonly string[] {
  const wanted = list('platforms', platforms, 'an array of platforms such as "linux/amd64"')
  if (platform === undefined && wanted.length > 0) return wanted
  throw new TypeError(
    `Cannot choose platforms: ${platform === undefined ? 'platforms is empty' : 'pass one of platform and platforms'}`,
  )
}
