import { type CopiedTag, copyImage, copyRepository, planCopy } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { isFile } from '../input/is-file.ts'
import { nameOf, type Place, parseDestination, parsePlace, readRegistryAddress, referenceOf } from '../input/place.ts'
import { registryPlatforms } from '../input/platforms.ts'
import { formatArgument } from '../terminal/argument.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { formatPlans } from '../transfer/format-plan.ts'
import { type SendFlags, sendOptions } from '../transfer/send-options.ts'
import { describeSent } from '../transfer/sent-images.ts'

interface CopyFlags extends SendFlags {
  readonly allTags?: true | undefined
  /** A pattern with `*` and `?`. */
  readonly tags?: string | undefined
  readonly referrers?: true | undefined
  /** False with `--no-clobber`. */
  readonly clobber?: boolean | undefined
  readonly platform?: readonly string[] | undefined
  readonly mountFrom?: readonly string[] | undefined
  readonly dryRun?: true | undefined
}

/** Copies an image, or images of a repository, from one repository to another. */
export async function copy(context: Context, source: string, destination: string, flags: CopyFlags): Promise<Result> {
  const isMany = flags.allTags || flags.tags !== undefined
  await refuseFiles(source, destination)
  const from = parsePlace(source)
  const to = readDestination(destination, from)
  if (isMany) requireRepositories([from, to])
  const { platform, referrers, clobber, mountFrom, dryRun } = flags
  const options = {
    ...sendOptions(context, flags),
    ...registryPlatforms(platform),
    limits: context.limits,
    referrers,
    mountFrom,
    noClobber: clobber === false,
  }
  const places = {
    from: { registry: await context.openRegistry(from.registry), repository: from.repository },
    to: { registry: await context.openRegistry(to.registry), repository: to.repository },
  }
  if (isMany) {
    if (dryRun) {
      const remedy = `list the tags with "registry-client tags ${nameOf(from)}", and plan one of them`
      throw new UsageError('Cannot use --dry-run with several tags', remedy)
    }
    return copyMany(context, to, { tags: flags.tags }, (choice) =>
      copyRepository(places.from, places.to, { ...options, ...choice }),
    )
  }
  const image = { ...places.from, reference: referenceOf(from) }
  const tag = to.tag ?? (from.digest === undefined ? from.tag : undefined)
  const target = { ...places.to, tags: tag === undefined && from.digest !== undefined ? [] : [tag ?? 'latest'] }
  if (dryRun) return formatPlans(context, [await planCopy(image, target, options)])
  const { digest, outcome, tags } = await copyImage(image, target, options)
  const names = tags.length > 0 ? tags : [undefined]
  return describeCopied(
    context,
    names.map((tag) => ({ ...to, tag, digest, outcome })),
  )
}

/** A destination without a repository keeps that of the source. */
function readDestination(text: string, { repository }: Place): Place {
  const registry = readRegistryAddress(text)
  return registry === undefined ? parseDestination(text, 'copy') : { registry, repository }
}

function requireRepositories(places: readonly Place[]): void {
  for (const place of places) {
    const reference = place.tag ?? place.digest
    if (reference === undefined) continue
    throw new UsageError(
      `Cannot copy several tags with the reference "${reference}"`,
      `pass the repository ${nameOf(place)}`,
    )
  }
}

/** Copies tags, and tells after a failure what is there. */
async function copyMany(
  context: Context,
  to: Place,
  choice: { readonly tags?: string | undefined },
  run: (options: {
    readonly tags?: string | undefined
    readonly onTag: (tag: CopiedTag) => void
  }) => Promise<readonly CopiedTag[]>,
): Promise<Result> {
  let count = 0
  try {
    const copied = await run({ ...choice, onTag: () => count++ })
    return describeCopied(
      context,
      copied.map((one) => ({ ...to, ...one })),
    )
  } catch (error) {
    context.note(`${count} tags are at the destination. Run the same command again to copy the others.`)
    throw error
  }
}

/** Describes what was copied. What was there already is a note; the SDK warns of tags that were kept. */
function describeCopied({ note }: Context, copied: ReadonlyArray<Place & Pick<CopiedTag, 'outcome'>>): Result {
  const present = copied.filter(({ outcome }) => outcome === 'present').length
  if (present > 0) {
    note(copied.length === 1 ? 'The image was there already.' : `${present} of ${copied.length} were there already.`)
  }
  return describeSent(copied)
}

/** An archive is pushed and pulled, not copied. */
async function refuseFiles(source: string, destination: string): Promise<void> {
  if (await isFile(source)) {
    const remedy = `push it: registry-client push ${formatArgument(source)} ${destination}`
    throw new UsageError(`Cannot copy "${source}": it is a file, and copy reads registries`, remedy)
  }
  if (destination === '-' || (await isFile(destination))) {
    const remedy = `pull the image: registry-client pull ${source} -o ${formatArgument(destination)}`
    throw new UsageError(`Cannot copy to "${destination}": copy writes to registries`, remedy)
  }
}
