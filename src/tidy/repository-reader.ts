import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { RegistryError, ResponseError } from '../errors.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { isManifestType } from '../oci/media-type.ts'
import { readTags } from '../registry/lists.ts'
import { manifestAt } from '../registry/manifests.ts'
import { isOutage } from '../registry/outage.ts'
import { lookUpManifest, type ManifestHead, type ManifestInfo, readManifest } from '../registry/read-manifest.ts'
import { listByReferrersApi, rememberReferrersApi } from '../registry/referrers-api.ts'
import type { Registry } from '../registry/registry.ts'

/** Why something could not be read. */
export interface Unread {
  readonly fault: string
}

/** A manifest that an index lists, or that is about another one. */
export interface Child {
  readonly digest: Digest
  readonly mediaType: string
}

/** A manifest that was read. */
export interface Node extends ManifestInfo {
  /** The manifests that it lists, if it is an index. */
  readonly children: readonly Child[]
  /** The entries of an index. */
  readonly entries: readonly IndexEntry[]
  /** The manifest that it is about. */
  readonly subject: Digest | undefined
}

/** The tags of a repository, by their names. */
export interface TagList {
  readonly heads: ReadonlyMap<string, ManifestHead>
  readonly unread: ReadonlyMap<string, Unread>
}

/** Reads a repository. What was read is kept: each manifest is asked for once. */
export interface RepositoryReader {
  readonly registry: Registry
  readonly repository: string
  readonly concurrency: number
  readonly signal: AbortSignal | undefined
  /** Lists all tags and looks up their digests. Tags that name nothing are left out. */
  readTags(onProgress: (done: number, total: number) => void): Promise<TagList>
  /** Looks up one tag. */
  head(tag: string): Promise<ManifestHead | Unread | undefined>
  /** Reads a manifest. Returns `undefined` if the repository does not have it, and no tag names it. */
  read(digest: Digest): Promise<Node | Unread | undefined>
  /** Lists what is about a manifest by the referrers API. A registry without it is asked once. */
  listReferrers(subject: Digest): Promise<readonly Child[] | Unread>
  /** Runs a task for each item, some at once. The signal of a task is aborted when another one fails. */
  forEach<T>(items: Iterable<T>, task: (item: T, signal: AbortSignal) => Promise<void>): Promise<void>
}

interface ReaderOptions {
  readonly concurrency: number
  readonly signal: AbortSignal | undefined
}

/** It is there, as a tag names it: only its bytes do not come. */
const LOST: Unread = { fault: 'a tag points to it, but the registry does not find it' }

export function isUnread(value: object | undefined): value is Unread {
  return value !== undefined && 'fault' in value
}

/** Tells whether a manifest of this type lists others. Only known types say that it does not. */
export function isLeaf(mediaType: string | undefined): boolean {
  if (mediaType === undefined) return false
  return isManifestType(mediaType) || /^application\/vnd\.docker\.distribution\.manifest\.v1\b/.test(mediaType)
}

export function createRepositoryReader(
  registry: Registry,
  repository: string,
  { concurrency, signal }: ReaderOptions,
): RepositoryReader {
  const nodes = new Map<Digest, Promise<Node | Unread | undefined>>()
  const referrers = new Map<Digest, Promise<readonly Child[] | Unread>>()
  /** The manifests that tags name. */
  const named = new Set<Digest>()
  function forEach<T>(items: Iterable<T>, task: (item: T, signal: AbortSignal) => Promise<void>): Promise<void> {
    return runPool([...items], fixed(concurrency), signal, task)
  }

  function head(tag: string): Promise<ManifestHead | Unread | undefined> {
    return unlessUnreadable(() => lookUpManifest(manifestAt(registry, repository, tag), signal))
  }

  async function readOnce(digest: Digest): Promise<Node | Unread | undefined> {
    const node = await unlessUnreadable(() => readNode(registry, repository, digest, signal))
    return node ?? (named.has(digest) ? LOST : undefined)
  }

  async function list(subject: Digest): Promise<readonly Child[] | Unread> {
    const place = { registry, repository, subject }
    const entries = await unlessUnreadable(() => listByReferrersApi(place, () => {}, signal))
    if (isUnread(entries)) return entries
    // It answers other requests.
    if (!entries) rememberReferrersApi(registry, false)
    return (entries ?? []).filter(({ digest }) => isDigest(digest))
  }

  return {
    ...{ registry, repository, concurrency, signal, forEach, head },
    async readTags(onProgress) {
      const tags = await readTags(registry, repository, signal)
      const found = new Map<string, ManifestHead | Unread>()
      let done = 0
      await forEach(tags, async (tag) => {
        const tagged = await head(tag)
        if (tagged) found.set(tag, tagged)
        if (tagged && !isUnread(tagged)) named.add(tagged.digest)
        onProgress(++done, tags.length)
      })
      // Sorted: registries list tags in an order of their own.
      const all = [...found].sort(([one], [other]) => (one < other ? -1 : 1))
      return {
        heads: new Map(all.filter((one): one is [string, ManifestHead] => !isUnread(one[1]))),
        unread: new Map(all.filter((one): one is [string, Unread] => isUnread(one[1]))),
      }
    },
    read(digest) {
      const reading = nodes.get(digest) ?? readOnce(digest)
      nodes.set(digest, reading)
      return reading
    },
    listReferrers(subject) {
      const listing = referrers.get(subject) ?? list(subject)
      referrers.set(subject, listing)
      return listing
    },
  }
}

async function readNode(
  registry: Registry,
  repository: string,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<Node> {
  const found = await readManifest(manifestAt(registry, repository, digest), signal)
  const { manifest } = found
  const entries = isIndex(manifest) ? manifest.manifests : []
  const subject = manifest.subject?.digest
  return {
    ...found,
    entries,
    children: entries.filter(({ digest }) => isDigest(digest)),
    subject: isDigest(subject) ? subject : undefined,
  }
}

/**
 * Reads something. A refusal is a result: what cannot be read stays. One that is about the user or the whole registry
 * is a failure.
 */
export async function unlessUnreadable<T>(read: () => Promise<T>): Promise<T | Unread | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ResponseError && error.status === 404) return undefined
    if (!(error instanceof RegistryError) || isOutage(error)) throw error
    return { fault: error.fault }
  }
}
