import { imageOf, optionalText } from '../check-options.ts'
import { compressionOf } from '../compress/compress-options.ts'
import { createEncoder } from '../compress/create-encoder.ts'
import { ValidationError } from '../errors.ts'
import { createWasmHasher } from '../hash/sha256.ts'
import type { ConfiguredImage, Image } from '../images/image.ts'
import { runnableImages, runsOn } from '../images/platforms.ts'
import { rewriteTree } from '../images/rewrite-tree.ts'
import { platformsOf, selectPlatform } from '../images/select-platforms.ts'
import { checkPlatforms } from '../images/wanted-platforms.ts'
import { addLayer, checkBase } from './add-layer.ts'
import type { AppendOptions, LayerMakingOptions } from './append-options.ts'
import { type EntryOptions, listEntries } from './layer-entries.ts'
import type { LayerFiles } from './layer-files.ts'
import { type MadeLayer, makeLayer } from './make-layer.ts'

/** Adds a layer of files to an image; throws what `appendLayer` throws. */
export async function runAppend(given: Image, files: LayerFiles, options: AppendOptions): Promise<Image> {
  const { platform, createdBy, created, runtime: { createHasher = createWasmHasher } = {} } = options
  optionalText('createdBy', createdBy, 'a text')
  const image = platform === undefined ? imageOf(given) : selectPlatform(imageOf(given), platform)
  const bases = new Set(basesIn(image, options))
  for (const base of bases) checkBase(base, formatOf(options))
  const layer = await layerOf(files, options)
  const date = created instanceof Date ? created.toISOString() : created
  return rewriteTree(image, {
    createHasher,
    changed: new Map(),
    onLeftOut: () => {},
    rewrite: async (image) =>
      image.kind === 'image' && bases.has(image)
        ? addLayer(image, layer, { createdBy, created: date }, createHasher)
        : image,
  })
}

/** Makes the layer of files. */
export async function layerOf(files: LayerFiles, options: LayerMakingOptions & EntryOptions): Promise<MadeLayer> {
  const { compress = 'gzip', signal } = options
  signal?.throwIfAborted()
  const entries = listEntries(files, options)
  const encoder = compress === false ? undefined : await createEncoder(compressionOf(compress), options)
  return makeLayer(entries, encoder, options)
}

function formatOf({ compress = 'gzip' }: LayerMakingOptions) {
  return compress === false ? undefined : compressionOf(compress).format
}

/**
 * Finds the images that get the layer: the image itself, or those of an index that are chosen.
 *
 * @throws {ValidationError} if there is no image, or a choice is needed
 */
function basesIn(image: Image, { platforms }: AppendOptions): readonly ConfiguredImage[] {
  const images = imagesUnder(image)
  if (images.length === 0) throw noImage(image)
  if (image.kind !== 'index' || platforms === 'all') return images
  if (platforms === undefined) throw notChosen(image)
  const wanted = checkPlatforms(platforms, undefined)
  for (const platform of wanted) selectPlatform(image, platform)
  return images.filter((one) => wanted.some((platform) => runsOn(one, platform)))
}

function imagesUnder(image: Image): readonly ConfiguredImage[] {
  if (image.kind === 'image') return image.platform?.os === 'unknown' ? [] : [image]
  return image.children.flatMap(imagesUnder)
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
