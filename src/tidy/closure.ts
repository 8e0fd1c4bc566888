import type { Digest } from '../oci/digest.ts'
import { isIndexType } from '../oci/media-type.ts'
import { type Child, isLeaf, isUnread, type RepositoryReader, type Unread } from './repository-reader.ts'

/** A manifest that stays by itself, because a tag names it. */
interface Root {
  readonly digest: Digest
  readonly mediaType: string | undefined
  readonly tag: string
}

/** Why something that stays needs a manifest that no tag need name. */
interface Need {
  /** An index lists it, or it is about another manifest. */
  readonly how: 'listed' | 'about'
  /** The index, or the manifest that it is about. */
  readonly by: Digest
  /** The tag from which that was found. */
  readonly tag: string
}

/** All that stays. */
export interface Closure {
  readonly digests: ReadonlySet<Digest>
  /** Why it is needed by another manifest. What only tags name is not in it. */
  readonly needs: ReadonlyMap<Digest, Need>
  /** The manifests that stay and could not be read: they may need any other. */
  readonly unread: ReadonlyMap<Digest, Unread>
}

interface Found extends Child {
  readonly tag: string
}

/** Tells whether something that stays lets a manifest go although it lists it, or is its subject. */
export type IsReleased = (by: Digest, digest: Digest, how: Need['how']) => boolean

/**
 * Finds all that is needed by what stays: what indexes list, and what the referrers API lists as about it, at any
 * depth. Only manifests that may list others are read.
 */
export async function findClosure(
  reader: RepositoryReader,
  roots: readonly Root[],
  isReleased: IsReleased = () => false,
): Promise<Closure> {
  const digests = new Set<Digest>()
  const needs = new Map<Digest, Need>()
  const unread = new Map<Digest, Unread>()
  let level: readonly Found[] = roots.map(({ mediaType = '', ...root }) => ({ mediaType, ...root }))
  while (level.length > 0) {
    const next: Found[] = []
    const news = level.filter(({ digest }) => !digests.has(digest) && digests.add(digest))
    await reader.forEach(news, async ({ digest: by, mediaType, tag }) => {
      const [children, about] = await Promise.all([childrenOf(reader, by, mediaType), reader.listReferrers(by)])
      for (const [how, found] of [['listed', children] as const, ['about', about] as const]) {
        if (isUnread(found)) unread.set(by, found)
        const held = isUnread(found) ? [] : found.filter(({ digest }) => !isReleased(by, digest, how))
        for (const child of held) if (!needs.has(child.digest)) needs.set(child.digest, { how, by, tag })
        next.push(...held.map(({ digest, mediaType }) => ({ digest, mediaType, tag })))
      }
    })
    level = next
  }
  return { digests, needs, unread }
}

async function childrenOf(
  reader: RepositoryReader,
  digest: Digest,
  mediaType: string,
): Promise<readonly Child[] | Unread> {
  if (isLeaf(mediaType)) return []
  const node = await reader.read(digest)
  if (!isUnread(node)) return node?.children ?? []
  // An index may list what is no manifest. That has no children.
  const mayBeIndex = isIndexType(mediaType) || mediaType === '' || mediaType === 'application/json'
  return mayBeIndex ? node : []
}
