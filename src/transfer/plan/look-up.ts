import { loaded } from '../../async/lazy.ts'
import { runPool } from '../../async/pool.ts'
import { fixed } from '../../async/semaphore.ts'
import { choice, list, positive } from '../../check-options.ts'
import type { BlobState, ProgressTracker, PushProgress } from '../../control/push-progress.ts'
import { ResponseError } from '../../errors.ts'
import { type Descriptor, descriptorOf } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { parseRepositoryOf } from '../../oci/reference.ts'
import { hasBlob } from '../../registry/blobs.ts'
import { manifestAt } from '../../registry/manifests.ts'
import { type Registry, withScopes } from '../../registry/registry.ts'
import { locateRepository } from '../../registry/repository.ts'
import type { NeededBlob, PushNeeds } from './needs.ts'

/** The options of looking up what a registry has. */
export interface LookUpOptions {
  /**
   * Repositories of the same registry that may have some of the blobs, to mount them from. @default none but those of
   * the push itself
   */
  readonly mountFrom?: string | readonly string[] | undefined
  /**
   * How to treat blobs that the registry has: `skip` leaves them out. `upload` sends all blobs without asking, and
   * manifests as blobs too: for a registry whose cache still names what a garbage collection has deleted. @default skip
   */
  readonly existing?: 'skip' | 'upload' | undefined
  /** Blobs and tags that are looked for at once. @default 32 */
  readonly lookups?: number | undefined
  /** Called with a snapshot whenever a blob was found to be there. */
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_LOOKUPS = 32
/** A push of four times as many blobs asks for so many first, and may need to ask for no more. */
const FIRST_LOOKUPS = 16

/** Blobs that are known before the look-up, which leaves them out. */
export interface KnownBlobs {
  /**
   * The repositories that have a blob, and whether it was sent there by this push; nothing of a blob that is not known.
   */
  find(digest: Digest): ReadonlyMap<string, Extract<BlobState, 'present' | 'uploaded'>> | undefined
}

/** The blobs and tags of a push that the registry has. */
export interface Found {
  /** The repositories that have a blob, by its digest. */
  readonly blobs: ReadonlyMap<Digest, ReadonlySet<string>>
  readonly tags: ReadonlyMap<string, Digest | undefined>
  /** The blobs that were not looked for, by their order in the needs. */
  readonly unasked: ReadonlySet<number>
}

/**
 * Looks for each blob, also where it may be mounted from, and for each tag.
 *
 * @param options.known What need not be looked for.
 * @param options.mayStop True if the rest need not be looked for when the repository has none of the first blobs.
 * @param progress Counts the blobs that are found, by their order in the needs.
 */
export async function lookUp(
  registry: Registry,
  { blobs, tags }: Pick<PushNeeds, 'blobs' | 'tags'>,
  options: Omit<LookUpOptions, 'onProgress'> & {
    readonly known?: KnownBlobs | undefined
    readonly mayStop?: boolean | undefined
  },
  progress?: Pick<ProgressTracker, 'track' | 'phase' | 'blob'>,
): Promise<Found> {
  const { signal, mountFrom = [], known, mayStop, existing = 'skip' } = options
  choice('existing', existing, ['skip', 'upload'])
  const lookups = positive('lookups', options.lookups ?? DEFAULT_LOOKUPS)
  const given =
    typeof mountFrom === 'string' ? [mountFrom] : list('mountFrom', mountFrom, 'a repository or an array of them')
  const hints = given.map((repository) => parseRepositoryOf(registry.url, repository))
  progress?.track(
    blobs.map(({ content, ...blob }) => {
      return { ...descriptorOf(content), ...blob, state: known?.find(content.digest)?.get(blob.repository) }
    }),
  )
  const holders = new Map(
    blobs.map(({ content: { digest } }) => [digest, new Set<string>(known?.find(digest)?.keys())]),
  )
  const tagged = new Map<string, Digest | undefined>()
  // A token for writing from the start, so that there is one for the whole push.
  const writing = (repository: string) => withScopes(registry, locateRepository(registry.url, repository).push)
  const findBlob = async ({ repository, content }: NeededBlob, index: number, signal: AbortSignal) => {
    const holds = holders.get(content.digest)
    if (await hasBlob(writing(repository), repository, content, signal)) {
      holds?.add(repository)
      progress?.blob(index, 'present', content.size)
      return
    }
    for (const hint of hints) {
      if (hint !== repository && (await mayMount(registry, hint, content, signal))) return void holds?.add(hint)
    }
  }
  const findTag = async ({ repository, tag }: PushNeeds['tags'][number], signal: AbortSignal) => {
    const { resolveManifest } = await loaded(import('../../registry/read-manifest.ts'))
    tagged.set(`${repository}:${tag}`, await resolveManifest(manifestAt(writing(repository), repository, tag), signal))
  }
  progress?.phase('plan')
  const asked = [...blobs.entries()].filter(([, { content }]) => existing === 'skip' && !known?.find(content.digest))
  const ask = (some: typeof asked, tags: PushNeeds['tags']) => {
    const tasks = [
      ...some.map(
        ([index, blob]) =>
          (signal: AbortSignal) =>
            findBlob(blob, index, signal),
      ),
      ...tags.map((tag) => (signal: AbortSignal) => findTag(tag, signal)),
    ]
    return runPool(tasks, fixed(lookups), signal, (look, signal) => look(signal))
  }
  const isOfOne = blobs.every(({ repository }) => repository === blobs[0]?.repository)
  const isShort = !mayStop || asked.length < 4 * FIRST_LOOKUPS || hints.length > 0 || !isOfOne
  const first = isShort ? asked : asked.slice(0, FIRST_LOOKUPS)
  await ask(first, tags)
  let rest = asked.slice(first.length)
  if (first.some(([, { content }]) => holders.get(content.digest)?.size)) {
    await ask(rest, [])
    rest = []
  }
  return { blobs: holders, tags: tagged, unasked: new Set(rest.map(([index]) => index)) }
}

/** A hint is no promise: what may not be read there is not mounted from there. */
async function mayMount(registry: Registry, from: string, blob: Descriptor, signal: AbortSignal): Promise<boolean> {
  try {
    return await hasBlob(registry, from, blob, signal)
  } catch (error) {
    if (error instanceof ResponseError && [400, 401, 403].includes(error.status)) return false
    throw error
  }
}
