import { ValidationError } from '../errors.ts'
import { formatPlatform } from '../oci/descriptor.ts'
import type { Image } from '../oci/image.ts'
import { isPlatform, runnableImages } from '../oci/platforms.ts'
import { dropRegistry } from '../oci/reference.ts'
import type { PlatformChoice } from './options.ts'

/**
 * Chooses one image of an archive: the only one, or the one that is asked for. Referrers, such as signatures, are chosen only when
 * they are asked for; a platform helps where several images have the same name.
 *
 * @throws {ValidationError} if that is not exactly one image; the message lists those that there are
 */
export function chooseImage(images: readonly Image[], { image, platform }: PlatformChoice): Image {
  const named = images.filter((candidate, position) =>
    image === undefined ? !isReferrer(candidate, images) : isMeant(candidate, position, image),
  )
  const matches = named.length > 1 && platform !== undefined ? named.filter((one) => runsOn(one, platform)) : named
  const [match] = matches
  if (match && matches.length === 1) return match
  const asked = image === undefined ? 'none was chosen' : `${JSON.stringify(image)} names ${matches.length} of them`
  throw new ValidationError(
    `Cannot choose an image: the archive holds ${images.length} (${images.map(describe).join('; ')}) and ${asked}. ` +
      'Choose one with { image: "name:tag" } or { image: index }',
    image === undefined ? {} : { input: String(image) },
  )
}

/** Tells whether an image is about another one of the archive: a signature, an SBOM. */
export function isReferrer({ subject }: Image, images: readonly Image[]): boolean {
  return subject !== undefined && images.some((image) => contains(image, subject))
}

/** Tells whether a manifest is an image's own, or under it. */
export function contains({ manifest, children }: Image, digest: string): boolean {
  return manifest.digest === digest || children.some((child) => contains(child, digest))
}

function isMeant({ names, tags }: Image, position: number, image: string | number): boolean {
  if (typeof image === 'number') return position === image
  return (
    tags.includes(image) ||
    names.some((name) => name === image || (name.endsWith(`/${image}`) && withoutRegistry(name) === image))
  )
}

function runsOn(image: Image, wanted: string): boolean {
  return runnableImages(image).some(({ platform }) => isPlatform(formatPlatform(platform), wanted))
}

function withoutRegistry(name: string): string {
  const { repository, tag } = dropRegistry(name)
  return `${repository}:${tag}`
}

function describe({ names, tags, platform }: Image, position: number): string {
  const name = [...names, ...tags].join(', ') || 'without a name'
  return `${position}: ${name}${platform ? ` ${formatPlatform(platform)}` : ''}`
}
