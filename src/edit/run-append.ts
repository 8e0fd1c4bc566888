import { imageOf } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { ConfiguredImage, Image, SingleImage } from '../images/image.ts'
import { runnableImages, runsOn } from '../images/platforms.ts'
import { leftOut, rewriteTree } from '../images/rewrite-tree.ts'
import { platformsOf, selectPlatform } from '../images/select-platforms.ts'
import { checkPlatforms } from '../images/wanted-platforms.ts'
import type { Digest } from '../oci/digest.ts'
import { addLayer, checkBase } from './add-layer.ts'
import type { AppendOptions } from './append-options.ts'
import { imagesUnder, outdatedReferrers } from './changed-images.ts'
import { checkDate } from './check-edits.ts'
import { encoderOf, formatOf } from './layer-encoder.ts'
import { listEntries } from './layer-entries.ts'
import type { LayerFiles } from './layer-files.ts'
import { makeLayer } from './make-layer.ts'

/** Adds a layer of files to an image; throws what `appendLayer` throws. */
export async function runAppend(given: Image, files: LayerFiles, options: AppendOptions): Promise<Image> {
  const { platform, createdBy, onWarning, signal, runtime: { createHasher = createPortableHasher } = {} } = options
  signal?.throwIfAborted()
  const created = options.created === undefined ? undefined : checkDate(options.created)
  const before = platform === undefined ? imageOf(given) : selectPlatform(imageOf(given), platform)
  const bases = new Set<SingleImage>(basesIn(before, options))
  for (const base of imagesUnder(before)) if (bases.has(base)) checkBase(base, formatOf(options))
  const layer = await makeLayer(listEntries(files, options), await encoderOf(options), options)

  const left: [Digest, Digest][] = []
  const changed = new Map<Digest, Image>()
  const image = await rewriteTree(before, {
    createHasher,
    changed,
    onLeftOut: (...one) => left.push(one),
    rewrite: async (image) =>
      image.kind === 'image' && bases.has(image) ? addLayer(image, layer, { createdBy, created }, createHasher) : image,
  })
  const outdated = outdatedReferrers(before, (digest) => changed.has(digest))
  for (const [digest, about] of [...left, ...outdated]) onWarning?.(leftOut(digest, about))
  return image
}

/**
 * Finds the images that get the layer: the image itself, or those of an index that are chosen.
 *
 * @throws {ValidationError} if there is no image, or a choice is needed
 */
function basesIn(image: Image, { platform, platforms }: AppendOptions): readonly ConfiguredImage[] {
  const images = imagesUnder(image)
  if (images.length === 0) throw noImage(image)
  if (platforms === undefined && image.kind === 'index') throw notChosen(image)
  if (platforms === undefined || platforms === 'all') return images
  const wanted = checkPlatforms(platforms, platform)
  for (const one of wanted) selectPlatform(image, one)
  return images.filter((image) => wanted.some((one) => runsOn(image, one)))
}

function noImage({ manifest: { digest }, artifactType }: Image): ValidationError {
  const kind = artifactType ? `an artifact (${artifactType})` : 'not an image that runs'
  return new ValidationError('NOT_SUPPORTED', `Cannot add a layer to ${digest}: it is ${kind}`, {
    remedy: 'choose an image with a config',
    input: digest,
  })
}

function notChosen(image: Image): ValidationError {
  const { digest } = image.manifest
  const platforms = runnableImages(image)
  return new ValidationError(
    'IMAGE_NOT_CHOSEN',
    `Cannot add a layer to the index ${digest}: it has several images (${platformsOf(platforms)})`,
    {
      remedy: `choose one with { platform: ${JSON.stringify(platformsOf(platforms.slice(0, 1)))} }, or add the layer to each with { platforms: 'all' }`,
      input: digest,
    },
  )
}
