import { ValidationError } from '../errors.ts'
import { formatPlatform } from '../oci/descriptor.ts'
import { dropRegistry, isName } from '../oci/reference.ts'
import type { Image } from './image.ts'
import { runsOn } from './platforms.ts'
import { isReferrer } from './referrer.ts'

/** Which image of an archive is meant. */
export interface ImageChoice {
  /**
   * One of the image's names as the archive has them, with or without the registry, or its index from 0. Needed only
   * where the archive holds several images. `index` means the `index.json` of a layout itself, as one index of all that
   * it lists.
   */
  readonly image?: string | number | undefined
}

/** Which of an image's platforms are meant. */
export interface PlatformChoice extends ImageChoice {
  /** One platform of a multi-platform image, such as `linux/amd64`. `linux/arm64` means any variant of it. */
  readonly platform?: string | undefined
}

/**
 * Chooses one image of an archive: the only one, or the one that is asked for. The name by which it was is its first
 * then. Referrers, such as signatures, are chosen only when they are asked for; a platform helps where several images
 * have the same name.
 *
 * @param index What `{ image: 'index' }` means, unless an image has this name.
 * @throws {ValidationError} if that is not exactly one image; the message lists those that there are
 * @throws {TypeError} if the choice is neither a name nor an index
 */
export function chooseImage(images: readonly Image[], { image, platform }: PlatformChoice, index?: Image): Image {
  const named = images.flatMap((candidate, position) => {
    const chosen = image === undefined ? candidate : askedFor(candidate, position, image)
    return chosen && (image !== undefined || !isReferrer(candidate, images)) ? [chosen] : []
  })
  const matches = named.length > 1 && platform !== undefined ? named.filter((one) => runsOn(one, platform)) : named
  const [match] = matches
  if (match && matches.length === 1) return match
  if (image === 'index' && index && matches.length === 0) return index
  const meant = JSON.stringify(image)
  const several = image === undefined ? 'none was chosen' : `${meant} names ${matches.length} of them`
  const whole =
    index && arePlatforms(matches) ? ', or all of them as one multi-platform image with { image: "index" }' : ''
  throw new ValidationError(
    'IMAGE_NOT_CHOSEN',
    `Cannot choose an image: the archive holds ${images.length} (${images.map(describe).join('; ')}) and ` +
      `${image !== undefined && matches.length === 0 ? `none of them is ${meant}` : several}`,
    {
      remedy: `choose one with { image: "name:tag" } or { image: index }${whole}`,
      ...(image !== undefined && { input: String(image) }),
    },
  )
}

/** Tells whether images are the platforms of one: each of them runs somewhere else. */
function arePlatforms(images: readonly Image[]): boolean {
  const platforms = images.map(({ platform }) => platform && formatPlatform(platform))
  return platforms.length > 1 && !platforms.includes(undefined) && new Set(platforms).size === platforms.length
}

/** The image if it is meant, with the name or tag that says so in front. */
function askedFor(image: Image, position: number, asked: string | number): Image | undefined {
  if (typeof asked === 'number') return position === asked ? image : undefined
  if (typeof asked !== 'string') throw new TypeError('Cannot choose an image: { image } has to be a name or an index')
  const { names, tags } = image
  const name = names.find((name) => name === asked || (name.endsWith(`/${asked}`) && withoutRegistry(name) === asked))
  if (name !== undefined) return { ...image, names: [name, ...names.filter((other) => other !== name)] }
  return tags.includes(asked) ? { ...image, names: [], tags: [asked] } : undefined
}

function withoutRegistry(name: string): string | undefined {
  if (!isName(name)) return undefined
  const { repository, tag } = dropRegistry(name)
  return `${repository}:${tag}`
}

function describe({ names, tags, platform }: Image, position: number): string {
  const name = [...names, ...tags].join(', ') || 'without a name'
  return `${position}: ${name}${platform ? ` ${formatPlatform(platform)}` : ''}`
}
