import { type Archive, type Image, ValidationError } from '../../node/index.ts'
import { chooseByName } from '../input/choose-by-name.ts'
import { isFile } from '../input/is-file.ts'
import { formatPlace, type Place, parseDestination, parsePlace, readRegistryAddress } from '../input/place.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { type Renaming, renamer } from './rename.ts'

/** An image of an archive, and one repository that it goes to. */
interface Destination {
  readonly image: Image
  /** The index of the image in the archive. Absent for the `index.json` itself. */
  readonly position: number | undefined
  /** The address of the registry. */
  readonly registry: string
  readonly repository: string
  readonly tags: readonly string[]
}

/** The flags that decide which images go where. */
export interface DestinationFlags {
  readonly allTags?: true | undefined
  readonly image?: readonly string[] | undefined
  readonly tag?: readonly string[] | undefined
  readonly rename?: readonly Renaming[] | undefined
}

/** Where people send images: a repository, a registry, or by the names in the archive. */
type Target = { readonly place: Place } | { readonly registry: string | undefined }

/**
 * Reads the destination of a push.
 *
 * @throws {UsageError} if flags contradict it
 * @throws {ValidationError} if it is neither a reference nor a registry
 */
export async function readTarget(
  text: string | undefined,
  { allTags, rename, tag }: DestinationFlags,
): Promise<Target> {
  // `push a.tar b.tar` would push to a registry of the name b.tar.
  if (text !== undefined && (await isFile(text))) {
    throw new UsageError(`Cannot push to "${text}": it is a file`, 'push one archive at a time')
  }
  if (allTags && tag) throw new UsageError('Cannot use --tag with --all-tags', 'leave one of them out')
  const registry = text === undefined ? undefined : readRegistryAddress(text)
  if (text === undefined || registry !== undefined) return { registry }
  const place = parseDestination(text, 'push')
  if (allTags && place.tag !== undefined) {
    throw new UsageError(`Cannot use --all-tags with the tag "${place.tag}"`, 'leave the tag or --all-tags out')
  }
  if (rename && !allTags) {
    throw new UsageError('Cannot use --rename with a repository: the image does not keep its own name there')
  }
  return { place }
}

/**
 * Finds which images of an archive go where: one image, or with `--all-tags` all images by all their names.
 *
 * @param note Called with what people should know.
 * @throws {ValidationError} if an image must be chosen, has no name to go by, or two images get one tag
 */
export async function findDestinations(
  archive: Archive,
  target: Target,
  flags: DestinationFlags,
  { onWarning, note }: { onWarning(text: string): void; note(text: string): void },
): Promise<readonly Destination[]> {
  const { allTags, image: asked = [], tag: tags = [] } = flags
  if (!allTags) {
    const [image, ...more] = asked
    if (more.length > 0) throw new UsageError('Cannot push several images to one place', 'add --all-tags')
    const destination = oneDestination(await chooseByName(archive, image), target, { tags, ...flags }, note)
    return [withPosition(archive, destination)]
  }
  const images =
    asked.length > 0
      ? await Promise.all(asked.map((image) => chooseByName(archive, image)))
      : archive.images.filter(({ names, tags }) => names.length > 0 || tags.length > 0)
  const all = images.flatMap((image) => allDestinations(image, target, flags, onWarning))
  if (all.length === 0) throw nameless('no image of the archive has a name')
  refuseClashes(all)
  return all.map((destination) => withPosition(archive, destination))
}

function withPosition({ images }: Archive, destination: Omit<Destination, 'position'>): Destination {
  const { digest } = destination.image.manifest
  const position = images.findIndex(({ manifest }) => manifest.digest === digest)
  return { ...destination, position: position < 0 ? undefined : position }
}

function oneDestination(
  image: Image,
  target: Target,
  { tags, rename }: Pick<DestinationFlags, 'rename'> & { readonly tags: readonly string[] },
  note: (text: string) => void,
): Omit<Destination, 'position'> {
  if ('place' in target) {
    const { registry, repository, tag } = target.place
    const wanted = tag === undefined ? tags : [tag, ...tags]
    return { image, registry, repository, tags: wanted.length > 0 ? [...new Set(wanted)] : ['latest'] }
  }
  const [first, ...others] = placesOf(image, rename, () => {})
  if (!first) throw nameless('it has no name')
  if (others.length > 0 && tags.length === 0) {
    note(`The image has more names: ${others.map(formatPlace).join(', ')}. Use --all-tags to push them too.`)
  }
  const { repository, tag = 'latest' } = first
  return { image, registry: target.registry ?? first.registry, repository, tags: tags.length > 0 ? tags : [tag] }
}

function allDestinations(
  image: Image,
  target: Target,
  { rename }: DestinationFlags,
  onWarning: (text: string) => void,
): readonly Omit<Destination, 'position'>[] {
  const places = placesOf(image, rename, onWarning)
  const destinations = new Map<string, Omit<Destination, 'position'>>()
  const add = ({ registry, repository }: Place, tag: string) => {
    const key = `${registry}/${repository}`
    const tags = destinations.get(key)?.tags ?? []
    if (!tags.includes(tag)) destinations.set(key, { image, registry, repository, tags: [...tags, tag] })
  }
  for (const { tag = 'latest', ...place } of places) {
    add('place' in target ? target.place : { ...place, registry: target.registry ?? place.registry }, tag)
  }
  if (places.length === 0 && 'place' in target) for (const tag of image.tags) add(target.place, tag)
  return [...destinations.values()]
}

/** The places of an image's names. Texts such as `<none>:<none>` are skipped. */
function placesOf(
  { names }: Image,
  renamings: readonly Renaming[] | undefined,
  onWarning: (text: string) => void,
): readonly Place[] {
  const rename = renamer(renamings)
  return names.flatMap((name) => {
    try {
      return [parsePlace(rename(name))]
    } catch (error) {
      if (!(error instanceof ValidationError) || rename(name) !== name) throw error
      onWarning(`The archive names an image ${JSON.stringify(name)}, which is not a valid name; it was skipped.`)
      return []
    }
  })
}

function refuseClashes(destinations: readonly Omit<Destination, 'position'>[]): void {
  const taken = new Map<string, Image>()
  for (const { image, registry, repository, tags } of destinations) {
    for (const tag of tags) {
      const name = formatPlace({ registry, repository, tag })
      const other = taken.get(name)
      if (other && other.manifest.digest !== image.manifest.digest) {
        throw new ValidationError('NAME_CLASH', `Cannot push two images as "${name}"`, {
          remedy: 'choose one with --image, or give them other names with --rename',
        })
      }
      taken.set(name, image)
    }
  }
}

function nameless(why: string): ValidationError {
  return new ValidationError('NAME_MISSING', `Cannot push the image: ${why}`, {
    remedy: 'pass a destination, such as registry.example.com/team/app:v1',
  })
}
