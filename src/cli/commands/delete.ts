import { type DeletePlan, RegistryError } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { nameOf, type Place, parsePlace } from '../input/place.ts'
import { type RemovalFlags, remove } from '../removal/remove.ts'
import { formatArgument } from '../terminal/argument.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface DeleteFlags extends RemovalFlags {
  readonly ignoreMissing?: true | undefined
}

/** Deletes images of a repository by tags and digests. */
export async function deleteImages(
  context: Context,
  references: readonly string[],
  { ignoreMissing, ...flags }: DeleteFlags,
): Promise<Result> {
  const places = references.map(parseImage)
  const [place] = places as [Place]
  const other = places.find((other) => nameOf(other) !== nameOf(place))
  if (other) {
    throw new UsageError(
      `Cannot delete from "${nameOf(place)}" and "${nameOf(other)}" at once`,
      'run the command once for each repository',
    )
  }
  // With both, the tag goes, and the digest is the one that it has to name.
  const names = places.map(({ tag, digest }) => (tag ?? digest) as string)
  const check = (plan: DeletePlan) => {
    for (const one of places) if (one.tag !== undefined && one.digest !== undefined) refuseMoved(plan, one)
    if (!ignoreMissing) refuseMissing(plan, names)
  }
  return remove(context, { place, what: [...new Set(names)], check }, flags)
}

/** Parses a reference that has to name an image: the default tag is too easily meant by mistake. */
function parseImage(text: string): Place {
  if (/[*?]/.test(text)) {
    const colon = text.indexOf(':', text.lastIndexOf('/'))
    const [repository, pattern] =
      colon < 0 ? [text, "'…'"] : [text.slice(0, colon), formatArgument(text.slice(colon + 1))]
    throw new UsageError(
      `Cannot delete "${text}": it is a pattern`,
      `run "registry-client prune ${repository} --match ${pattern}" to delete by a pattern`,
    )
  }
  const place = parsePlace(text)
  if (place.tag !== undefined || place.digest !== undefined) return place
  throw new UsageError(
    `Cannot delete "${text}": it has no tag and no digest`,
    `name the image, as in ${text}:v1, or run "registry-client prune ${text}" to delete by rules`,
  )
}

function refuseMoved({ tags, repository }: DeletePlan, { tag, digest }: Place): void {
  const now = tags.find((one) => one.tag === tag)
  if (now === undefined || now.digest === digest) return
  throw new RegistryError(
    'TAG_MOVED',
    `Cannot delete the tag "${tag}" of "${repository}": it names ${now.digest} now, and ${digest} was expected`,
    { remedy: 'look at the tag, and leave out the digest to delete it anyway' },
  )
}

function refuseMissing({ tags, deletes, stays, unread, repository }: DeletePlan, names: readonly string[]): void {
  const found = new Set<string>([
    ...tags.map(({ tag }) => tag),
    ...[...deletes, ...stays].map(({ digest }) => digest),
    ...unread.map(({ reference }) => reference),
  ])
  const missing = names.filter((name) => !found.has(name))
  if (missing.length === 0) return
  throw new RegistryError(
    'NOT_FOUND',
    `Cannot delete ${missing.map((name) => `"${name}"`).join(', ')}: "${repository}" does not have ${missing.length > 1 ? 'them' : 'it'}`,
    { remedy: 'check the name; --ignore-missing deletes the others' },
  )
}
