import { imagesOf } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { withReferrers } from '../images/add-referrers.ts'
import { chooseImages, type ImagesChoice } from '../images/choose-images.ts'
import type { Image } from '../images/image.ts'
import { joinParts } from '../images/join-parts.ts'
import type { PlatformSelection } from '../images/platform-selection.ts'
import { referrersUnder } from '../images/platforms.ts'
import { selectImage } from '../images/select-image.ts'
import type { Digest } from '../oci/digest.ts'
import { isReferrerTag } from '../oci/referrer-tag.ts'
import type { RuntimeOptions } from '../runtime.ts'
import { type NamedImage, type NamingOptions, nameImages } from './image-names.ts'

/** The options that decide which images are written, by which names, and what of them. */
export interface PrepareOptions extends ImagesChoice, PlatformSelection, NamingOptions, RuntimeOptions {
  /** Aborts the writing, which then rejects with the signal's reason, as does the stream. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Chooses, names and selects what is written of images, and adds their referrers (signatures, SBOMs), and the
 * referrers of these.
 *
 * @param images The images of one archive or of several.
 * @throws {ValidationError} if there is no image, or a choice is needed
 */
export async function prepareImages(images: readonly Image[], options: PrepareOptions): Promise<readonly NamedImage[]> {
  const { signal, onWarning, runtime: { createHasher = createPortableHasher } = {} } = options
  signal?.throwIfAborted()
  const all = imagesOf(images)
  const named = nameImages(await chooseImages(all, options), all, options)
  if (named.length === 0) throw noImage()
  const selected: NamedImage[] = []
  for (const { image: before, ...names } of mergeSame(named)) {
    const image = await selectImage(before, options, createHasher)
    const { digest } = before.manifest
    selected.push({ image, ...names, ...(image.manifest.digest !== digest && { originalDigest: digest }) })
  }
  return withReferrers<NamedImage>(mergeSame(selected), referrersUnder(all), {
    choose: (image) => ({ image, names: [], tags: image.tags.filter(isReferrerTag) }),
    keyOf: ({ image }) => image.manifest.digest,
    onWarning,
  })
}

/** Merges images that are the same: two archives may have one, by other names, or with other platforms of it. */
function mergeSame(images: readonly NamedImage[]): readonly NamedImage[] {
  const merged = new Map<Digest, NamedImage>()
  for (const one of images) {
    const { digest } = one.image.manifest
    const known = merged.get(digest) ?? { ...one, names: [], tags: [] }
    const names = new Map([...known.names, ...one.names].map((name) => [name.full, name]))
    merged.set(digest, {
      ...known,
      image: joinParts(known.image, one.image),
      names: [...names.values()],
      tags: [...new Set([...known.tags, ...one.tags])],
    })
  }
  return [...merged.values()]
}

function noImage(): ValidationError {
  return new ValidationError('NO_IMAGE', 'Cannot write the archive: there is no image to write')
}
