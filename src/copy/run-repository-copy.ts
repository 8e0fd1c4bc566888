import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { list, positive } from '../check-options.ts'
import { controlOf } from '../control/controller.ts'
import { ResponseError } from '../errors.ts'
import { parseTag } from '../oci/reference.ts'
import { subjectOfTag } from '../oci/referrer-tag.ts'
import { pausableRegistry } from '../registry/download/pausable-registry.ts'
import { readTags } from '../registry/lists.ts'
import { chooserOf } from '../registry/tag-choice.ts'
import type { ImagePush } from '../transfer/plan/needs.ts'
import { checkRepositoryPlaces } from './check-places.ts'
import type { CopySource, CopyTarget } from './copy-options.ts'
import type { CopiedTag, CopyRepositoryOptions } from './copy-repository-options.ts'
import { type PreparedCopy, prepareCopy } from './prepare-copy.ts'
import { pushCopies } from './push-copies.ts'
import { type RepositoryRoute, repositoryRouteOf } from './route.ts'

const DEFAULT_IMAGES_AT_ONCE = 8

/**
 * Copies the images of a repository; throws what `copyRepository` throws. The images of a batch are one push, so that a
 * blob that several of them have is sent once. Call it inside `withControl`.
 */
export async function runRepositoryCopy(
  from: Omit<CopySource, 'reference'>,
  to: Omit<CopyTarget, 'tags'>,
  options: CopyRepositoryOptions,
): Promise<readonly CopiedTag[]> {
  checkRepositoryPlaces(from, to, options)
  const route = repositoryRouteOf(from, to)
  const atOnce = positive('imagesAtOnce', options.imagesAtOnce ?? DEFAULT_IMAGES_AT_ONCE)
  const tags = await tagsToCopy(route, options)
  if (tags.length === 0) {
    const which = options.tags === undefined ? 'it has no tag to copy' : 'no tag was chosen by tags'
    options.onWarning?.(`Nothing was copied from "${route.from}": ${which}.`)
  }
  const copied: CopiedTag[] = []
  for (let start = 0; start < tags.length; start += atOnce) {
    const batch = await copyBatch(route, tags.slice(start, start + atOnce), options)
    copied.push(...batch)
    for (const tag of batch) options.onTag?.(tag)
  }
  return copied
}

async function copyBatch(
  route: RepositoryRoute,
  tags: readonly string[],
  options: CopyRepositoryOptions,
): Promise<readonly CopiedTag[]> {
  const prepared = new Map<string, PreparedCopy | undefined>()
  await runPool(tags, fixed(tags.length), options.signal, async (tag, signal) => {
    prepared.set(tag, await prepareTag(route, tag, { ...options, signal }))
  })
  const pushes: ImagePush[] = tags.flatMap((tag) => prepared.get(tag)?.push ?? [])
  await pushCopies(route, pushes, options)
  return tags.flatMap((tag) => {
    const copy = prepared.get(tag)
    if (!copy) return []
    const { digest, outcome } = copy.result
    return [{ tag, digest, outcome }]
  })
}

/** A tag that was deleted after it was listed is left out, with a warning. */
async function prepareTag(
  route: RepositoryRoute,
  tag: string,
  options: CopyRepositoryOptions,
): Promise<PreparedCopy | undefined> {
  try {
    return await prepareCopy({ ...route, reference: tag, tags: [tag] }, options)
  } catch (error) {
    const isGone = error instanceof ResponseError && error.code === 'NOT_FOUND' && !Array.isArray(options.tags)
    if (!isGone) throw error
    options.onWarning?.(`The tag "${tag}" of "${route.from}" was listed, but does not exist; it was left out.`)
    return undefined
  }
}

async function tagsToCopy(route: RepositoryRoute, options: CopyRepositoryOptions): Promise<readonly string[]> {
  const { tags, digestTags = false, signal } = options
  if (Array.isArray(tags)) return [...new Set(list('tags', tags).map(parseTag))]
  const isChosen = tags === undefined ? () => true : chooserOf('tags', tags)
  const all = await readTags(pausableRegistry(route.source, controlOf(options)), route.from, signal)
  const chosen = all.filter((tag) => {
    const isDigestTag = subjectOfTag(tag) !== undefined
    return (!isDigestTag || (digestTags && tag.includes('.'))) && isChosen(tag)
  })
  // Registries list them in an order of their own, and not always in the same one.
  return chosen.sort()
}
