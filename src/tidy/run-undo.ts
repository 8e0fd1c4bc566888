import { RegistryError } from '../errors.ts'
import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { isForeignLayerType } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { referrersTag, subjectOfTag } from '../oci/referrer-tag.ts'
import { isHeld } from '../registry/blob-end.ts'
import { lookForBlob } from '../registry/blobs.ts'
import { manifestAt, putManifest } from '../registry/manifests.ts'
import { findManifest, resolveManifest } from '../registry/read-manifest.ts'
import { addToReferrersTag } from '../registry/referrers-tag.ts'
import { toSource } from '../source/from.ts'
import type { TidyOptions } from './delete-options.ts'
import type { DeletedContent, TagDigest, UndoResult } from './delete-plan.ts'
import { readKept } from './kept-manifests.ts'
import type { RepositoryReader } from './repository-reader.ts'

/** A manifest to put back. */
interface Restored extends Content {
  /** The blobs and manifests that it needs. */
  readonly needs: readonly Descriptor[]
  /** The entries, if it is an index. */
  readonly entries: readonly IndexEntry[] | undefined
}

/** Puts back what was deleted; throws what `undoDelete` throws. */
export async function runUndo(
  reader: RepositoryReader,
  undo: DeletedContent,
  options: Pick<TidyOptions, 'onProgress' | 'onWarning'>,
): Promise<UndoResult> {
  const { registry, repository, signal } = reader
  const resolve = (reference: string) => resolveManifest(manifestAt(registry, repository, reference), signal)
  const all = await restore(undo)
  const deleted = new Set(undo.deletes.map(({ digest }) => digest))
  const manifests = new Map([...all].filter(([digest]) => deleted.has(digest)))
  const absent = new Set<Digest>()
  await reader.forEach(manifests.keys(), async (digest) => {
    if (!(await resolve(digest))) absent.add(digest)
  })
  const wanted = [...undo.deletes].reverse().flatMap(({ digest, tags }) => tags.map((tag) => ({ tag, digest })))
  const untagged = new Set<Digest>()
  await reader.forEach(wanted, async ({ tag, digest }) => {
    if (!absent.has(digest) && !(await resolve(tag))) untagged.add(digest)
  })
  // A registry looks for them also when it has the manifest, and only a tag is set.
  await verifyNeeds(reader, manifests, new Set([...absent, ...untagged]))

  const put = childrenFirst(manifests).filter((digest) => absent.has(digest))
  for (const [done, digest] of put.entries()) {
    await putManifest(registry, { repository, content: contentOf(manifests, digest) }, digest, signal)
    options.onProgress?.({ phase: 'manifests', done: done + 1, total: put.length })
  }

  const tags: TagDigest[] = []
  const kept: TagDigest[] = []
  for (const { tag, digest } of wanted) {
    const now = await resolve(tag)
    if (now !== undefined && now !== digest) {
      kept.push({ tag, digest: now })
      await mergeList(tag, digest)
      continue
    }
    if (now === undefined)
      await putManifest(registry, { repository, content: contentOf(manifests, digest) }, tag, signal)
    tags.push({ tag, digest })
    options.onProgress?.({ phase: 'tags', done: tags.length + kept.length, total: wanted.length })
  }
  for (const [list, subject] of new Map(
    undo.deletes.flatMap(({ listed }) => (listed ? [[listed.list, listed.subject]] : [])),
  )) {
    await restoreList(list, subject)
  }
  for (const { tag, digest } of kept) {
    options.onWarning?.(`The tag "${tag}" of "${repository}" exists meanwhile, with ${digest}; it was left alone.`)
  }
  return { manifests: put, tags, kept }

  /** A list of referrers that was made meanwhile gets the entries of the old one. */
  async function mergeList(tag: string, digest: Digest): Promise<void> {
    const subject = subjectOfTag(tag)
    const entries = subject && tag === referrersTag(subject) ? (all.get(digest)?.entries ?? []) : []
    if (subject) await addToReferrersTag(registry, { repository, subject, entries }, signal)
  }

  /** Gives a list of referrers its entries back, and its old bytes if nobody else has changed it. */
  async function restoreList(digest: Digest, subject: Digest): Promise<void> {
    const tag = referrersTag(subject)
    const old = all.get(digest)?.entries ?? []
    const entries = old.filter((entry) => deleted.has(entry.digest))
    const found = await findManifest(manifestAt(registry, repository, tag), signal)
    if (found?.digest === digest) return
    const now = found && isIndex(found.manifest) ? found.manifest.manifests : []
    const digests = new Set([...now, ...entries].map((entry) => entry.digest))
    const isSame = digests.size === new Set(old.map((entry) => entry.digest)).size
    if (found && isSame && old.every((entry) => digests.has(entry.digest))) {
      await putManifest(registry, { repository, content: contentOf(all, digest) }, tag, signal)
    } else {
      await addToReferrersTag(registry, { repository, subject, entries }, signal)
    }
  }
}

async function restore(undo: DeletedContent): Promise<ReadonlyMap<Digest, Restored>> {
  const kept = await readKept(undo, 'undo the delete')
  const restored = new Map<Digest, Restored>()
  for (const manifest of undo.manifests) {
    const bytes = kept.get(manifest.digest) as Uint8Array<ArrayBuffer>
    const parsed = parseManifest(bytes, `the manifest ${manifest.digest} of the undo`)
    const entries = isIndex(parsed) ? parsed.manifests : undefined
    const needs = isIndex(parsed) ? parsed.manifests : [parsed.config, ...parsed.layers]
    restored.set(manifest.digest, {
      ...descriptorOf(manifest),
      ...{ source: toSource(bytes), entries },
      needs: needs.filter(({ mediaType }) => !isForeignLayerType(mediaType)),
    })
  }
  return restored
}

/** Puts what an index lists before it. */
function childrenFirst(manifests: ReadonlyMap<Digest, Restored>): readonly Digest[] {
  const ordered = new Set<Digest>()
  const visit = (digest: Digest): void => {
    for (const child of manifests.get(digest)?.needs ?? []) if (!ordered.has(child.digest)) visit(child.digest)
    if (manifests.has(digest)) ordered.add(digest)
  }
  for (const digest of manifests.keys()) visit(digest)
  return [...ordered]
}

function contentOf(manifests: ReadonlyMap<Digest, Restored>, digest: Digest): Content {
  return manifests.get(digest) as Restored
}

/** Checks that everything is still there that manifests need, before they are put. */
async function verifyNeeds(
  { registry, repository, signal, forEach }: RepositoryReader,
  manifests: ReadonlyMap<Digest, Restored>,
  toPut: ReadonlySet<Digest>,
): Promise<void> {
  const blobs = new Map<Digest, Descriptor>()
  const children = new Map<Digest, Descriptor>()
  for (const digest of toPut) {
    const manifest = manifests.get(digest)
    for (const need of manifest?.needs ?? []) {
      if (!manifests.has(need.digest)) (manifest?.entries ? children : blobs).set(need.digest, need)
    }
  }
  const lost: Digest[] = []
  await forEach(blobs.values(), async (blob) => {
    const said = await lookForBlob(registry, repository, blob, signal)
    // A registry may say so from a cache.
    const isThere = said !== 'absent' && (await isHeld(registry, repository, blob, said === 'there', signal))
    if (!isThere) lost.push(blob.digest)
  })
  await forEach(children.keys(), async (digest) => {
    if (!(await resolveManifest(manifestAt(registry, repository, digest), signal))) lost.push(digest)
  })
  if (lost.length === 0) return
  throw new RegistryError(
    'CONTENT_LOST',
    `Cannot undo a delete in "${repository}": the registry has removed ${lost.sort().join(', ')}`,
    { remedy: 'nothing was put back; push the images again' },
  )
}
