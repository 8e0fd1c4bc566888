import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { list, optionsOf, text } from '../check-options.ts'
import { RegistryError, ResponseError } from '../errors.ts'
import { explained } from '../http/explained-error.ts'
import { type Digest, parseDigest } from '../oci/digest.ts'
import { parseRepositoryOf, parseTag } from '../oci/reference.ts'
import { toSource } from '../source/from.ts'
import { manifestAt } from './manifests.ts'
import { readManifest, resolveManifest } from './read-manifest.ts'
import { explainRefusedTag } from './refused-tag.ts'
import { type Registry, type RegistryInput, toRegistry } from './registry.ts'
import type { RetaggedImage, SetTag, SetTagsOptions } from './set-tags-options.ts'
import { createTagWriter } from './tag-writer.ts'

/** Requests at once. */
const CONCURRENCY = 8

/** Tags of a repository, and how to set them, checked. */
interface Retagging {
  readonly registry: Registry
  readonly repository: string
  readonly tags: readonly string[]
  readonly expected: Digest | undefined
  readonly options: SetTagsOptions
}

/** Does what `setTags` promises. */
export async function retagByDigest(
  registry: RegistryInput,
  repository: string,
  digest: string,
  tags: readonly string[],
  options: SetTagsOptions,
): Promise<readonly SetTag[]> {
  const retagging = check(registry, repository, tags, options)
  return pointAt(parseDigest(text('digest', digest, 'a digest'), 'the manifest to tag'), retagging)
}

/** Does what `retagImage` promises. */
export async function retagByReference(
  registry: RegistryInput,
  repository: string,
  from: string,
  tags: readonly string[],
  options: SetTagsOptions,
): Promise<RetaggedImage> {
  const retagging = check(registry, repository, tags, options)
  const place = manifestAt(retagging.registry, retagging.repository, text('from', from, 'a tag or a digest'))
  // If the image is not there, this read says so.
  const digest = (await resolveManifest(place, options.signal)) ?? (await readManifest(place, options.signal)).digest
  return { digest, tags: await pointAt(digest, retagging) }
}

function check(
  registry: RegistryInput,
  repository: string,
  tags: readonly string[],
  options: SetTagsOptions,
): Retagging {
  const { noClobber = false, expected } = optionsOf(options, 'an object such as { noClobber: true }')
  if (noClobber && expected !== undefined) throw new TypeError('Cannot use noClobber with expected: pass one of them')
  const handle = toRegistry(registry)
  return {
    registry: handle,
    repository: parseRepositoryOf(handle.url, text('repository', repository, 'the name of a repository')),
    tags: [...new Set(list('tags', tags, "an array such as ['v1']").map(parseTag))],
    expected: expected === undefined ? undefined : parseDigest(expected, 'the expected manifest'),
    options,
  }
}

async function pointAt(digest: Digest, retagging: Retagging): Promise<readonly SetTag[]> {
  const { repository, tags, expected, options } = retagging
  const { noClobber = false, onWarning } = options
  const before = await readDigests(retagging)
  const others = tags.filter((tag) => before.get(tag) !== digest)
  if (expected)
    refuseMoved(
      others.filter((tag) => before.get(tag) !== expected),
      expected,
      before,
      repository,
    )
  const kept = noClobber ? others.filter((tag) => before.get(tag)) : []
  if (kept.length > 0)
    onWarning?.(`Tags of "${repository}" that point to other images were not changed: ${kept.join(', ')}.`)
  await put(
    digest,
    others.filter((tag) => !kept.includes(tag)),
    retagging,
  )
  return tags.map((tag) => {
    const previous = before.get(tag)
    const outcome = !others.includes(tag) ? 'present' : kept.includes(tag) ? 'kept' : 'set'
    return { tag, ...(previous && { previous }), outcome }
  })
}

async function readDigests({
  registry,
  repository,
  tags,
  options,
}: Retagging): Promise<ReadonlyMap<string, Digest | undefined>> {
  const digests = new Map<string, Digest | undefined>()
  await runPool(tags, fixed(CONCURRENCY), options.signal, async (tag, signal) => {
    digests.set(tag, await resolveManifest(manifestAt(registry, repository, tag), signal))
  })
  return digests
}

function refuseMoved(
  moved: readonly string[],
  expected: Digest,
  before: ReadonlyMap<string, Digest | undefined>,
  repository: string,
): void {
  if (moved.length === 0) return
  const found = moved.map((tag) => `"${tag}" ${before.get(tag) ? `points at ${before.get(tag)}` : 'does not exist'}`)
  throw new RegistryError(
    'TAG_MOVED',
    `Cannot set the tags of "${repository}": ${found.join(', ')}, and ${expected} was expected`,
    { remedy: 'look at the tags, and call again with their current digests as { expected }' },
  )
}

async function put(
  digest: Digest,
  tags: readonly string[],
  { registry, repository, options }: Retagging,
): Promise<void> {
  if (tags.length === 0) return
  const { signal } = options
  const { bytes, mediaType, size } = await readManifest(manifestAt(registry, repository, digest), signal).catch(
    (error) => {
      throw isMissing(error) ? explained(error, 'NOT_FOUND', MISSING, COPY_IT) : error
    },
  )
  const done = new Set<string>()
  const content = { mediaType, digest, size, source: toSource(bytes) }
  await createTagWriter(registry, signal)({ repository, content }, tags, done).catch((error) => {
    throw explainFailure(error, [...done])
  })
}

/** The reason and the remedy if the manifest is not there. */
const MISSING = 'the repository does not have the manifest to tag'
const COPY_IT = 'check the digest; copyImage() or a push brings an image into the repository'

function isMissing(error: unknown): error is ResponseError {
  return error instanceof ResponseError && error.code === 'NOT_FOUND'
}

const LOST = 'the registry does not find what the manifest lists'

/** distribution takes no index without all its manifests, not even one that it has. */
function isIncomplete(error: unknown): error is ResponseError {
  return error instanceof ResponseError && error.errors.some(({ code }) => code === 'MANIFEST_BLOB_UNKNOWN')
}

/** Says why a tag was not set, and which ones were set before it. */
function explainFailure(error: unknown, done: readonly string[]): unknown {
  const reason = isIncomplete(error)
    ? explained(error, 'CONTENT_LOST', LOST, 'push or copy it again')
    : explainRefusedTag(error)
  if (!(reason instanceof ResponseError) || done.length === 0) return reason
  return explained(reason, reason.code, `tags that were set before: ${done.join(', ')}`, reason.remedy)
}
