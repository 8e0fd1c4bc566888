import { show } from '../check-options.ts'
import type { Image, Layer } from '../images/image.ts'
import type { ImageFile, ImageFilesOptions } from './image-files-options.ts'
import { onePlatform } from './one-platform.ts'
import { openFile, readTree } from './open-file.ts'
import { layerContent, readLayer } from './open-layer.ts'
import type { OpenedFile } from './opened-file.ts'
import type { ReadFileOptions } from './read-file-options.ts'

/** Lists the files of an image; throws what `listImageFiles` throws. */
export async function* readImageFiles(image: Image, options: ImageFilesOptions): AsyncGenerator<ImageFile, void> {
  const layer = layerOf(options)
  if (layer) {
    for await (const { file } of readLayer(layerContent(layer), options)) yield { ...file, layer }
    return
  }
  const layers = layersOf(image, options)
  const tree = await readTree(layers.map(layerContent), options)
  for (const [path, { file, layer }] of tree.entries()) yield { ...file, path, layer: layers[layer] as Layer }
}

/** Opens a file of an image; throws what `readImageFile` throws. */
export async function openImageFile(
  image: Image,
  path: string,
  options: ImageFilesOptions & ReadFileOptions,
): Promise<OpenedFile> {
  return openFile(layersOf(image, options).map(layerContent), path, options, options.followLinks === true)
}

/** @throws {TypeError} if `layer` is not a layer of an image, such as a digest */
function layerOf({ layer }: ImageFilesOptions): Layer | undefined {
  if (layer === undefined || typeof layer?.digest === 'string') return layer
  throw new TypeError(`Cannot use layer: it has to be one of the layers of an image, not ${show(layer)}`)
}

function layersOf(image: Image, options: ImageFilesOptions): readonly Layer[] {
  const { platform } = options
  const layer = layerOf(options)
  if (layer) return [layer]
  return onePlatform(image, platform).layers
}
