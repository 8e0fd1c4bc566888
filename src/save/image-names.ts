import { optionalList } from '../check-options.ts'
import type { ChosenImage } from '../images/add-referrers.ts'
import type { Image } from '../images/image.ts'
import { isReferrer } from '../images/referrer.ts'
import { callRename } from '../images/rename.ts'
import { canonicalName } from '../oci/canonical-name.ts'
import { isName, isTag, parseRepositoryTag } from '../oci/reference.ts'

/** A name of an image in an archive. */
export interface SavedName {
  /** With its registry: `docker.io/library/nginx:1.29`. */
  readonly full: string
  readonly tag: string
}

/** An image, and the names that it gets in an archive. */
export interface NamedImage extends ChosenImage {
  readonly names: readonly SavedName[]
  /** Tags without a repository. */
  readonly tags: readonly string[]
}

/** The names of images in an archive. */
export interface NamingOptions {
  /**
   * Maps a name of an image to the name to write. Return `undefined` to leave that name out. A name without a registry
   * is one of Docker Hub, as for Docker.
   * @default the name itself
   */
  readonly rename?: ((reference: string) => string | undefined) | undefined
  /** The names to write, instead of the image's own. Only for one image. @default those of the images */
  readonly names?: readonly string[] | undefined
  /** Called with a text for anything that is unusual, but harmless. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/**
 * Finds the names of images. Referrers of other images need none, and are left to their subjects. Texts that are no
 * names of images, such as `<none>:<none>`, are skipped, with a warning.
 *
 * @param all All images that may be written.
 * @throws {ValidationError} if a given name is not valid
 * @throws {TypeError} if `names` is given for several images
 */
export function nameImages(images: readonly Image[], all: readonly Image[], options: NamingOptions): NamedImage[] {
  const { names, onWarning } = options
  const roots = images === all ? images.filter((image) => image.names.length > 0 || !isReferrer(image, all)) : images
  const given = optionalList('names', names)?.map(nameOf)
  if (given && roots.length !== 1) {
    throw new TypeError(`Cannot use names: it is for one image, not for ${roots.length}; use rename`)
  }
  return roots.map((image) => {
    if (given) return { image, names: given, tags: [] }
    const named = ownNames(image, options)
    const tags = image.tags.filter((tag) => isTag(tag))
    const [tag] = tags
    if (tag !== undefined && named.length === 0) onWarning?.(onlyTag(image, tag))
    return { image, names: named, tags }
  })
}

function ownNames(image: Image, { rename = (name) => name, onWarning }: NamingOptions): readonly SavedName[] {
  const names = new Map<string, SavedName>()
  for (const name of image.names) {
    const renamed = callRename(rename, name)
    if (renamed === undefined) continue
    if (renamed === name && !isName(name)) {
      onWarning?.(`The name ${JSON.stringify(name)} of an image is not one that it can be loaded by; it was skipped.`)
      continue
    }
    const saved = nameOf(renamed)
    names.set(saved.full, saved)
  }
  return [...names.values()]
}

function nameOf(text: string): SavedName {
  const name = parseRepositoryTag(text)
  return { full: canonicalName(name), tag: name.tag }
}

function onlyTag({ manifest }: Image, tag: string): string {
  return (
    `The image ${manifest.digest} has the tag ${JSON.stringify(tag)}, but no whole name; ` +
    'Docker loads it without a name. Name it with { names }.'
  )
}
