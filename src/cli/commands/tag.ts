import { retagImage } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { nameOf, type Place, parsePlace, referenceOf } from '../input/place.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface TagFlags {
  /** False with `--no-clobber`. */
  readonly clobber: boolean
  readonly expect?: string | undefined
}

/** Sets tags of an image. */
export async function tag(
  context: Context,
  image: string,
  targets: readonly string[],
  { clobber, expect: expected }: TagFlags,
): Promise<Result> {
  if (!clobber && expected !== undefined) {
    throw new UsageError('Cannot use --no-clobber with --expect', 'pass one of them')
  }
  const place = parsePlace(image)
  const names = targets.map((target) => tagIn(place, image, target))
  const { signal, onWarning } = context
  const registry = await context.openRegistry(place.registry)
  const { digest, tags } = await retagImage(registry, place.repository, referenceOf(place), names, {
    ...{ signal, onWarning },
    ...(clobber ? expected !== undefined && { expected } : { noClobber: true }),
  })
  for (const { tag, previous, outcome } of tags) {
    if (outcome === 'present') context.note(`${tag} already points to this image.`)
    if (outcome === 'set' && previous) context.note(`${tag} pointed to ${previous} before.`)
  }
  return {
    json: { digest, tags },
    lines: tags.map(({ tag, previous, outcome }) => {
      return `${nameOf(place)}:${tag}@${outcome === 'kept' ? previous : digest}`
    }),
  }
}

/** Returns the tag that a target names, alone or with the repository of the image. */
function tagIn(place: Place, image: string, target: string): string {
  if (!/[/:@]/.test(target)) return target
  const { tag = 'latest', digest, ...other } = parsePlace(target)
  if (digest !== undefined) {
    throw new UsageError(`Cannot set "${target}": it has a digest`, 'pass a tag, such as stable')
  }
  if (nameOf(other) === nameOf(place)) return tag
  throw new UsageError(
    `Cannot set "${target}": it is in another repository than "${image}"`,
    `run "registry-client copy ${image} ${target}" to copy the image there`,
  )
}
