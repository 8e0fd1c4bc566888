import { RegistryError } from '../errors.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { isIndex } from '../oci/manifest.ts'
import { referrersTag, subjectOfTag } from '../oci/referrer-tag.ts'
import { isHeld } from '../registry/blob-end.ts'
import { lookForBlob } from '../registry/blobs.ts'
import { manifestAt, putManifest } from '../registry/manifests.ts'
import { findManifest, resolveManifest } from '../registry/read-manifest.ts'
import { addToReferrersTag } from '../registry/referrers-tag.ts'
import type { TidyOptions } from './delete-options.ts'
import type { DeletedContent, UndoResult } from './delete-plan.ts'
import type { RepositoryReader } from './repository-reader.ts'
import { childrenFirst, type RestoredManifests, readRestored } from './restored-manifests.ts'

/** Restores deleted images. Throws the errors of `undoDelete`. */
export async function runUndo(
  reader: RepositoryReader,
  undo: DeletedContent,
  options: Pick<TidyOptions, 'onProgress' | 'onWarning'>,
): Promise<UndoResult> {
  const { registry, repository } = reader
  const resolve = (reference: string, signal: AbortSignal) =>
    resolveManifest(manifestAt(registry, repository, reference), signal)
  const all = await readRestored(undo)
  const deleted = new Set(undo.deletes.map(({ digest }) => digest))
  const manifests = new Map([...all].filter(([digest]) => deleted.has(digest)))
  const absent = new Set<Digest>()
  await reader.forEach(manifests.keys(), async (digest, signal) => {
    if (!(await resolve(digest, signal))) absent.add(digest)
  })
  const wanted = [...undo.deletes].reverse().flatMap(({ digest, tags }) => tags.map((tag) => ({ tag, digest })))
  const untagged = new Set<Digest>()
  await reader.forEach(wanted, async ({ tag, digest }, signal) => {
    if (!absent.has(digest) && !(await resolve(tag, signal))) untagged.add(digest)
  })
  // A registry looks for them also when it has the manifest, and only a tag is set.
  await verifyNeeds(reader, manifests, new Set([...absent, ...untagged]))

  const groups = childrenFirst(manifests).map((group) => group.filter((digest) => absent.has(digest)))
  let done = 0
  for (const group of groups) {
    await reader.forEach(group, async (digest, signal) => {
      await putManifest(registry, { repository, content: contentOf(manifests, digest) }, digest, signal)
      options.onProgress?.({ phase: 'manifests', done: ++done, total: absent.size })
    })
  }

  /** The digests that the tags name in the end. */
  const named = new Map<string, Digest>()
  await reader.forEach(wanted, async ({ tag, digest }, signal) => {
    const now = await resolve(tag, signal)
    const content = contentOf(manifests, digest)
    if (now === undefined) await putManifest(registry, { repository, content }, tag, signal)
    else if (now !== digest) await mergeList(tag, digest, signal)
    named.set(tag, now ?? digest)
    options.onProgress?.({ phase: 'tags', done: named.size, total: wanted.length })
  })
  const lists = new Map(undo.deletes.flatMap(({ listed }) => (listed ? [[listed.list, listed.subject]] : [])))
  await reader.forEach(lists, ([list, subject], signal) => restoreList(list, subject, signal))
  const kept = wanted.flatMap(({ tag, digest }) => {
    const now = named.get(tag) ?? digest
    return now === digest ? [] : [{ tag, digest: now }]
  })
  for (const { tag, digest } of kept) {
    options.onWarning?.(`The tag "${tag}" of "${repository}" points to ${digest} now; it was not changed.`)
  }
  return { manifests: groups.flat(), tags: wanted.filter(({ tag, digest }) => named.get(tag) === digest), kept }

  /** A list of referrers that was made meanwhile gets the entries of the old one. */
  async function mergeList(tag: string, digest: Digest, signal: AbortSignal): Promise<void> {
    const subject = subjectOfTag(tag)
    const entries = subject && tag === referrersTag(subject) ? (all.get(digest)?.entries ?? []) : []
    if (subject) await addToReferrersTag(registry, { repository, subject, entries }, signal)
  }

  /** Gives a list of referrers its entries back, and its old bytes if nobody else has changed it. */
  async function restoreList(digest: Digest, subject: Digest, signal: AbortSignal): Promise<void> {
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

function contentOf(manifests: RestoredManifests, digest: Digest): Content {
  return manifests.get(digest) as Content
}

/** Checks that everything is still there that manifests need, before they are put. */
async function verifyNeeds(
  { registry, repository, forEach }: RepositoryReader,
  manifests: RestoredManifests,
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
  await forEach(blobs.values(), async (blob, signal) => {
    const said = await lookForBlob(registry, repository, blob, signal)
    // A registry may say so from a cache.
    const isThere = said !== 'absent' && (await isHeld(registry, repository, blob, said === 'there', signal))
    if (!isThere) lost.push(blob.digest)
  })
  await forEach(children.keys(), async (digest, signal) => {
    if (!(await resolveManifest(manifestAt(registry, repository, digest), signal))) lost.push(digest)
  })
  if (lost.length === 0) return
  throw new RegistryError(
    'CONTENT_LOST',
    `Cannot undo a delete in "${repository}": the registry has removed ${lost.sort().join(', ')}`,
    { remedy: 'nothing was restored; push the images again' },
  )
}
