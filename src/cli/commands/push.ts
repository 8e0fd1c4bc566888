import { pushDockerTar, pushStream } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { withArchive } from '../input/open-archive.ts'
import type { Place } from '../input/place.ts'
import { archivePlatforms } from '../input/platforms.ts'
import { readStdin } from '../input/stdin.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { findDestinations, readTarget } from '../transfer/destinations.ts'
import type { PushFlags } from '../transfer/push-flags.ts'
import { type SendFlags, sendOptions } from '../transfer/send-options.ts'
import { describeSent } from '../transfer/sent-images.ts'

/** Pushes images of an archive. */
export async function push(
  context: Context,
  input: string,
  destination: string | undefined,
  flags: PushFlags & SendFlags & { readonly dryRun?: true | undefined },
): Promise<Result> {
  if (flags.dryRun) return (await import('./plan.ts')).plan(context, input, destination, flags)
  const { mountFrom = [], foreignLayers, compress, entry } = flags
  const target = await readTarget(destination, flags)
  const options = {
    ...sendOptions(context, flags),
    ...archivePlatforms(flags.platform),
    ...(foreignLayers && { foreignLayers: 'upload' as const }),
  }
  if (input === '-') {
    if (!('place' in target)) {
      throw new UsageError('Cannot push stdin without a repository', 'pass registry/repository:tag')
    }
    return pushStdin(context, target.place, flags, { ...options, mountFrom })
  }
  return withArchive(context, input, entry, async (archive) => {
    const pushed: Required<Place>[] = []
    const destinations = await findDestinations(archive, target, flags, context)
    for (const { position = 'index', registry, repository, tags } of destinations) {
      const digest = await pushDockerTar(archive, await context.openRegistry(registry), repository, undefined, {
        ...options,
        image: position,
        tags,
        compress,
        mountFrom: [...mountFrom, ...repositoriesOf(pushed, registry)],
      })
      pushed.push(...tags.map((tag) => ({ registry, repository, tag, digest })))
    }
    return describeSent(pushed)
  })
}

/** The flags that need an archive whose bytes can be read twice. */
const NEEDS_A_FILE = { allTags: '--all-tags', compress: '--compress', entry: '--entry', resume: '--resume' } as const

async function pushStdin(
  context: Context,
  { registry, repository, tag }: Place,
  flags: PushFlags & SendFlags,
  options: ReturnType<typeof sendOptions> & { readonly mountFrom: readonly string[] },
): Promise<Result> {
  for (const name of Object.keys(NEEDS_A_FILE) as (keyof typeof NEEDS_A_FILE)[]) {
    if (flags[name] === undefined) continue
    const message = `Cannot use ${NEEDS_A_FILE[name]} with an archive from stdin`
    throw new UsageError(message, 'save the archive to a file, and push that')
  }
  const [image, ...more] = flags.image ?? []
  if (more.length > 0) throw new UsageError('Cannot push several images to one place')
  const given = [...(tag === undefined ? [] : [tag]), ...(flags.tag ?? [])]
  const tags = given.length > 0 ? given : ['latest']
  const stdin = readStdin()
  const handle = await context.openRegistry(registry)
  const digest = await pushStream(stdin, handle, repository, undefined, {
    ...options,
    limits: context.limits,
    image,
    tags,
  })
  return describeSent(tags.map((tag) => ({ registry, repository, tag, digest })))
}

/** Blobs that another image has brought into the registry are mounted. */
function repositoriesOf(pushed: readonly Place[], registry: string): readonly string[] {
  return [...new Set(pushed.filter((place) => place.registry === registry).map(({ repository }) => repository))]
}
