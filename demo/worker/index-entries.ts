import { type Digest, formatPlatform, type Index, type IndexEntry, isAttestation } from 'registry-api-v2-client'

/** An entry of an index. */
export interface DescribedEntry {
  readonly kind: 'image' | 'attestation' | 'index' | 'other'
  readonly digest: Digest
  readonly mediaType: string
  /** In bytes, of its manifest. */
  readonly size: number
  /** `linux/arm64/v8`. Attestations have none. */
  readonly platform: string | undefined
  /** The platform or the digest, by which an address chooses it. */
  readonly part: string
  readonly isChosen: boolean
}

/** Describes the entries of an index. `part` chooses one: a platform or a digest. */
export function describeEntries({ manifests }: Index, part: string | undefined): readonly DescribedEntry[] {
  const platforms = manifests.map(platformOf)
  const entries = manifests.map(({ digest, mediaType, size }, position): DescribedEntry => {
    const platform = platforms[position]
    const isUnique = platform !== undefined && platforms.indexOf(platform) === platforms.lastIndexOf(platform)
    const kind = kindOf(manifests[position] as IndexEntry)
    return { kind, digest, mediaType, size, platform, part: isUnique ? platform : digest, isChosen: false }
  })
  const images = entries.filter(({ kind }) => kind === 'image')
  const wanted = part === undefined ? undefined : entries.find((entry) => entry.part === part || entry.digest === part)
  const chosen =
    wanted ??
    images.find(({ platform }) => platform === 'linux/amd64') ??
    images[0] ??
    entries.find(({ kind }) => kind !== 'other')
  return entries.map((entry) => ({ ...entry, isChosen: entry === chosen }))
}

function kindOf(entry: IndexEntry): DescribedEntry['kind'] {
  if (isAttestation(entry)) return 'attestation'
  if (/\b(?:image\.index|manifest\.list)\b/.test(entry.mediaType)) return 'index'
  return /\bmanifest\b/.test(entry.mediaType) ? 'image' : 'other'
}

function platformOf(entry: IndexEntry): string | undefined {
  return entry.platform && !isAttestation(entry) ? formatPlatform(entry.platform) : undefined
}
