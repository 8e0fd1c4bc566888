import type { Image, Source } from '../../src/index.ts'

/** The same image, with another source for each of its layers. */
export function withLayerSources(image: Image | undefined, change: (source: Source) => Source): Image {
  if (image?.kind !== 'image') throw new Error('A test needs an image with layers')
  return { ...image, layers: image.layers.map((layer) => ({ ...layer, source: layer.source && change(layer.source) })) }
}

/** A source with a wrong byte at its end. */
export function damaged(source: Source): Source {
  return {
    size: source.size,
    async read(start, end, ...how) {
      const bytes = await source.read(start, end, ...how)
      if (end === source.size) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      return bytes
    },
  }
}

/**
 * A source whose last read waits until it is aborted, or for ever.
 *
 * @param onWait Called when it waits.
 */
export function stalled(source: Source, onWait: () => void): Source {
  return {
    size: source.size,
    async read(start, end, signal, ...into) {
      if (end < source.size) return source.read(start, end, signal, ...into)
      onWait()
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    },
  }
}
