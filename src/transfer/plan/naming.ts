import { optionalList } from '../../check-options.ts'
import { ValidationError } from '../../errors.ts'
import type { Image } from '../../images/image.ts'
import { isReferrer } from '../../images/referrer.ts'
import { callRename } from '../../images/rename.ts'
import {
  dropRegistry,
  isId,
  isName,
  isTag,
  parseRepositoryOf,
  parseTag,
  type RepositoryTag,
} from '../../oci/reference.ts'
import type { ImagePush } from './needs.ts'

/** The names of images in the registry. */
export interface PushNaming {
  /**
   * One repository, instead of those of the images' names. The registry's own host in front is dropped. @default those
   * of their names
   */
  readonly repository?: string | undefined
  /** Which tags each image gets, instead of those of its names. @default those of its names */
  readonly tags?: readonly string[] | undefined
  /**
   * Maps an original name to the name to push, `repository:tag`. Return `undefined` to skip that name. A registry in
   * front is dropped.
   * @default the name itself, its registry dropped
   */
  readonly rename?: ((reference: string) => string | undefined) | undefined
  /** Called with a text for anything that is unusual, but harmless. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** The names, and the base URL of the registry that they are for. */
interface RegistryNaming extends PushNaming {
  readonly registry: string
}

/** Where an image goes by one of its names. Nothing if rename says that it shall not go by this name. */
type Place = RepositoryTag | undefined

/**
 * Finds where images go by all their names. Names that no image can be pushed by are skipped, with a warning.
 *
 * @param all All images of the archive: referrers of others need no name.
 * @throws {ValidationError} if an image has no name and is given none, or no image has a name to push by
 */
export function nameImages(
  images: readonly Image[],
  all: readonly Image[],
  naming: RegistryNaming,
): readonly ImagePush[] {
  const skipped = new Set<string>()
  const pushes = images.flatMap((image) => {
    // A referrer is pushed with its subject, unless the caller asks for it.
    if (images === all && image.names.length === 0 && isReferrer(image, all)) return []
    const destinations = destinationsOf(image, naming, placesOf(image, naming, skipped), tagsOf(image, skipped))
    if (destinations.length > 0 || image.names.length > 0 || isReferrer(image, all)) return destinations
    // An image that has only texts that are no tags, such as its ID, is like one named `<none>:<none>`.
    if (image.tags.length === 0 || [...tagsOf(image, skipped)].length > 0) throw nameless(image, all)
    return []
  })
  const [first] = images
  if (first && pushes.length === 0 && skipped.size > 0) throw nameless(first, all)
  warnOfSkipped(skipped, naming)
  return pushes
}

/**
 * Finds where one image goes by the first of its names that it can be pushed by; without a tag to go by it is `latest`.
 *
 * @throws {ValidationError} if it has no such name, or rename leaves it none, and it is given no place to go to
 */
export function nameImage(image: Image, naming: RegistryNaming): ImagePush {
  const skipped = new Set<string>()
  const place = firstOf(placesOf(image, naming, skipped))
  const [push] = destinationsOf(image, naming, place, firstOf(tagsOrLatest(image, skipped)))
  if (!push) {
    throw new ValidationError('NAME_MISSING', 'Cannot push the image: it has no name, or rename gives it none', {
      remedy: 'pass a repository and a tag to push it to',
    })
  }
  warnOfSkipped(skipped, naming)
  return push
}

/** Looks at the image's own names and tags only where it is not given others. */
function destinationsOf(
  image: Image,
  { registry, repository, tags }: RegistryNaming,
  ownPlaces: Iterable<Place>,
  ownTags: Iterable<string>,
): readonly ImagePush[] {
  const given = repository === undefined ? undefined : parseRepositoryOf(registry, repository)
  optionalList('tags', tags)?.forEach(parseTag)
  if (given !== undefined && tags) return [{ image, repository: given, tags }]
  const places = [...ownPlaces]
  const names = places.filter((place) => place !== undefined)
  if (given !== undefined) {
    const own = places.length > 0 ? names.map(({ tag }) => tag) : [...ownTags]
    return own.length > 0 ? [{ image, repository: given, tags: own }] : []
  }
  if (!tags) return names.map(({ repository, tag }) => ({ image, repository, tags: [tag] }))
  return [...new Set(names.map(({ repository }) => repository))].map((repository) => ({ image, repository, tags }))
}

/**
 * Where an image goes by its names. Texts that are no names to push by are skipped, unless rename makes names of them.
 */
function* placesOf(
  { names }: Image,
  { rename = (name) => name }: PushNaming,
  skipped: Set<string>,
): Generator<Place, undefined> {
  for (const name of names) {
    const renamed = callRename(rename, name)
    if (renamed === name && !isName(name)) skipped.add(name)
    else yield renamed === undefined ? undefined : dropRegistry(renamed)
  }
}

/** The tags that an image has without a repository. */
function* tagsOf({ tags }: Image, skipped: Set<string>): Generator<string, undefined> {
  for (const tag of tags) {
    if (isTag(tag)) yield tag
    else skipped.add(tag)
  }
}

/**
 * Falls back to `latest`. A text that is meant as a tag but is not valid is an error: to move `latest` would be a
 * guess.
 */
function* tagsOrLatest(image: Image, skipped: Set<string>): Generator<string, undefined> {
  yield* tagsOf(image, skipped)
  const wrong = image.tags.find((tag) => !isId(tag))
  yield wrong === undefined ? 'latest' : parseTag(wrong)
}

function* firstOf<T>(items: Iterable<T>): Generator<T, undefined> {
  for (const item of items) return void (yield item)
}

function warnOfSkipped(skipped: ReadonlySet<string>, { onWarning }: PushNaming): void {
  for (const name of skipped) {
    onWarning?.(
      `The archive names an image ${JSON.stringify(name)}, which no image can be pushed by; the name was skipped.`,
    )
  }
}

function nameless({ names, tags, manifest }: Image, all: readonly Image[]): ValidationError {
  const position = all.findIndex((image) => image.manifest.digest === manifest.digest)
  const [text = tags[0]] = names
  const kind = names.length > 0 ? 'name that it can be pushed by, but' : 'whole name, only the tag'
  const has = text === undefined ? 'has none' : `has no ${kind} ${JSON.stringify(text)}`
  return new ValidationError('NAME_MISSING', `Cannot push all images by their names: image ${position} ${has}`, {
    remedy: `push it with pushDockerTar, a repository and { image: ${position} }`,
  })
}
