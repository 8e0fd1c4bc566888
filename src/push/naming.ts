import { ValidationError } from '../errors.ts'
import { isReferrer } from '../oci/choose-image.ts'
import type { Image } from '../oci/image.ts'
import { dropRegistry, parseRepository, parseTag, type RepositoryTag } from '../oci/reference.ts'
import type { ImagePush } from './layout.ts'
import { optionalList, show } from './shapes.ts'

/** What images are called in the registry. */
export interface PushNaming {
  /** One repository, in the place of those of their names. @default those of their names */
  readonly repository?: string | undefined
  /** Which tags each image gets, in the place of those of its names. @default those of its names */
  readonly tags?: readonly string[] | undefined
  /**
   * What a name becomes: `repository:tag`, or nothing if an image shall not go by this name. A registry in front is dropped.
   * @default the name itself, its registry dropped
   */
  readonly rename?: ((reference: string) => string | undefined) | undefined
}

/**
 * Finds where images go by all their names.
 *
 * @param all All images of the archive: referrers of others need no name.
 * @throws {ValidationError} if an image has no name and is given none
 */
export function nameImages(images: readonly Image[], all: readonly Image[], naming: PushNaming): readonly ImagePush[] {
  return images.flatMap((image) => {
    const pushes = destinationsOf(image, naming)
    if (pushes.length > 0 || image.names.length > 0 || isReferrer(image, all)) return pushes
    throw nameless(
      image,
      all.findIndex(({ manifest }) => manifest.digest === image.manifest.digest),
    )
  })
}

/**
 * Finds where one image goes by its first name; without a tag to go by it is `latest`.
 *
 * @throws {ValidationError} if it has no name, or rename leaves it none, and it is given no place to go to
 */
export function nameImage(image: Image, naming: PushNaming): ImagePush {
  const first = { ...image, names: image.names.slice(0, 1), tags: [image.tags[0] ?? 'latest'] }
  const [push] = destinationsOf(first, naming)
  if (push) return { ...push, image }
  throw new ValidationError(
    'Cannot push the image: it has no name to go by, its own or one that rename gives it; pass a repository and a tag to push it to',
  )
}

function destinationsOf(image: Image, { repository, tags, rename = (name) => name }: PushNaming): ImagePush[] {
  const given = repository === undefined ? undefined : parseRepository(repository)
  optionalList('tags', tags)?.forEach(parseTag)
  // A name that is not needed may be none: "<none>:<none>".
  if (given !== undefined && tags) return [{ image, repository: given, tags }]
  const names = image.names.flatMap((name): readonly RepositoryTag[] => {
    const renamed = callRename(rename, name)
    return renamed === undefined ? [] : [dropRegistry(renamed)]
  })
  if (given !== undefined) {
    const own = image.names.length > 0 ? names.map(({ tag }) => tag) : image.tags.map(parseTag)
    return own.length > 0 ? [{ image, repository: given, tags: own }] : []
  }
  if (!tags) return names.map(({ repository, tag }) => ({ image, repository, tags: [tag] }))
  return [...new Set(names.map(({ repository }) => repository))].map((repository) => ({ image, repository, tags }))
}

function callRename(rename: unknown, name: string): string | undefined {
  if (typeof rename !== 'function') throw new TypeError(`Cannot push: rename has to be a function, not ${show(rename)}`)
  const renamed: unknown = rename(name)
  if (renamed === undefined || typeof renamed === 'string') return renamed
  throw new TypeError(`Cannot push: rename has to give a name or undefined at once for "${name}", not ${show(renamed)}`)
}

function nameless({ tags }: Image, position: number): ValidationError {
  const [tag] = tags
  const has = tag === undefined ? 'has none' : `has no whole name, only the tag "${tag}"`
  return new ValidationError(
    `Cannot push all images by their names: image ${position} ${has}; push it with pushDockerTar, a repository and { image: ${position} }`,
  )
}
