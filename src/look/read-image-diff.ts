import { loaded } from '../async/lazy.ts'
import type { Image, Layer } from '../images/image.ts'
import { diffConfigs } from './diff-config.ts'
import type { DiffImagesOptions, ImageDiff } from './image-diff.ts'
import { onePlatform } from './one-platform.ts'

/** Compares two images; throws what `diffImages` throws. */
export async function readImageDiff(a: Image, b: Image, options: DiffImagesOptions): Promise<ImageDiff> {
  const [from, to] = [a, b].map((image) => onePlatform(image, options.platform)) as [Image, Image]
  const isIn = (layers: readonly Layer[]) => (layer: Layer) => layers.some((other) => isSameLayer(layer, other))
  const [inFrom, inTo] = [isIn(from.layers), isIn(to.layers)]
  const [before, after] = [from, to].map(({ layers }) => layers.reduce((sum, { size }) => sum + size, 0)) as [
    number,
    number,
  ]
  return {
    from: from.manifest.digest,
    to: to.manifest.digest,
    layers: {
      shared: to.layers.filter(inFrom),
      removed: from.layers.filter((layer) => !inTo(layer)),
      added: to.layers.filter((layer) => !inFrom(layer)),
    },
    size: { from: before, to: after, change: after - before },
    config: await diffConfigs(from, to),
    files: options.files ? await readFileChanges(from.layers, to.layers, options) : undefined,
  }
}

async function readFileChanges(from: readonly Layer[], to: readonly Layer[], options: DiffImagesOptions) {
  const { diffFiles } = await loaded(import('./diff-files.ts'), options.signal)
  const differing = from.findIndex((layer, index) => !to[index] || !isSameLayer(layer, to[index]))
  const height = differing < 0 ? from.length : differing
  return diffFiles({ shared: from.slice(0, height), above: [from.slice(height), to.slice(height)] }, options)
}

function isSameLayer(one: Layer, other: Layer): boolean {
  return one.digest === other.digest || (one.diffId !== undefined && one.diffId === other.diffId)
}
