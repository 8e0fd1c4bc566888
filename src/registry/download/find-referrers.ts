import { statedType } from '../../oci/artifact.ts'
import type { Digest } from '../../oci/digest.ts'
import { type IndexEntry, isIndex } from '../../oci/manifest.ts'
import { COSIGN_ENDINGS, referrersTag, referrerTag } from '../../oci/referrer-tag.ts'
import { manifestAt } from '../manifests.ts'
import { findManifest, type ManifestInfo } from '../read-manifest.ts'
import { listByReferrersApi, rememberReferrersApi } from '../referrers-api.ts'
import { readAgain } from './read-again.ts'
import type { RegistryStore } from './registry-store.ts'

/** The manifests that a registry lists as about one manifest. Nothing but the lists was read. */
export interface FoundReferrers {
  /** By the referrers API, and by the tag that replaces it; each digest once. */
  readonly entries: readonly IndexEntry[]
  /** By the tags of cosign. */
  readonly tagged: ReadonlyMap<string, ManifestInfo>
}

/** A repository, and the manifest in question. */
interface Subject {
  readonly store: Pick<RegistryStore, 'registry' | 'repository' | 'claim'>
  readonly subject: Digest
  /** True if the repository exists. In one that does not, no answer tells whether the registry has the API. */
  readonly isRepository: boolean
}

/**
 * Finds what is about a manifest: by the referrers API, by the tag that other clients set without it (distribution-spec
 * § Referrers Tag Schema), and by the tags of cosign. A registry without the API is asked for it once a handle.
 */
export async function findReferrers(
  { store: { registry, repository, claim }, subject, isRepository }: Subject,
  signal: AbortSignal | undefined,
): Promise<FoundReferrers> {
  const get = (tag: string) =>
    readAgain(registry, (patient) => findManifest(manifestAt(patient, repository, tag), signal), signal)
  const list = (patient: typeof registry) =>
    listByReferrersApi({ registry: patient, repository, subject }, claim, signal)
  const [listed, tagList, ...signed] = await Promise.all([
    readAgain(registry, list, signal),
    get(referrersTag(subject)),
    ...COSIGN_ENDINGS.map((ending) => get(referrerTag(subject, ending))),
  ])
  if (!listed && isRepository) rememberReferrersApi(registry, false)
  // At once: the caller holds all of it.
  for (const found of [tagList, ...signed]) if (found) claim(found.bytes)
  const byTag = tagList && isIndex(tagList.manifest) ? tagList.manifest.manifests : []
  const tagged = COSIGN_ENDINGS.flatMap((ending, index) => {
    const manifest = signed[index]
    return manifest ? [[referrerTag(subject, ending), manifest] as const] : []
  })
  return { entries: joined([...(listed ?? []), ...byTag]), tagged: new Map(tagged) }
}

/** Joins entries of one digest. The API of zot 1.4 states no type, and clients left it out of the tag's list. */
function joined(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  const byDigest = new Map<string, IndexEntry>()
  for (const entry of entries) {
    const other = byDigest.get(entry.digest)
    const artifactType = statedType(other?.artifactType) ?? statedType(entry.artifactType)
    byDigest.set(entry.digest, { ...entry, ...other, ...(artifactType && { artifactType }) })
  }
  return [...byDigest.values()]
}
