import { describeLayers, type HistoryEntry, type ImageConfig, type Layer } from '../images/image.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { textFields } from '../oci/json.ts'
import type { Manifest } from '../oci/manifest.ts'

/** A layer of an image in a registry, or a part of an artifact. Its `size` is that of its compressed bytes. */
export interface ImageLayer extends Omit<Layer, 'source'> {
  /** Those of its entry in the manifest. Artifacts have names of files there. */
  readonly annotations: Readonly<Record<string, string>>
}

/** A step of a build. */
export interface BuildStep extends HistoryEntry {
  /** The digest of the layer that it made. Absent with `emptyLayer`, and if the history does not fit the layers. */
  readonly layer: ImageLayer['digest'] | undefined
  /** The size of that layer, compressed. 0 with `emptyLayer`. Absent if the history does not fit the layers. */
  readonly size: number | undefined
}

/** The layers of an image, and how they came to be. */
export interface ImageLayers {
  /** Lowest first. Of an artifact, its parts. Of an index with several images, none: each of `images` has its own. */
  readonly layers: readonly ImageLayer[]
  /** All steps of the build, oldest first, also those without a layer. Empty where `layers` is, and for an artifact. */
  readonly history: readonly BuildStep[]
}

/** Those of an index with several images. */
export const NO_LAYERS: ImageLayers = { layers: [], history: [] }

/** Puts together what a manifest and its config say of the layers. */
export function readLayers({ layers: listed }: Pick<Manifest, 'layers'>, config?: ImageConfig): ImageLayers {
  const { history, diffIds } = config ?? { history: [], diffIds: [] }
  const described = describeLayers(
    listed.map((layer) => ({ ...layer, source: undefined })),
    { history, diffIds },
  )
  const layers = described.map(({ source: _, ...layer }, position) => ({
    ...layer,
    annotations: annotationsOf(listed[position]),
  }))
  const isFit = history.filter(({ emptyLayer }) => !emptyLayer).length === layers.length
  let position = 0
  const steps = history.map((step): BuildStep => {
    if (step.emptyLayer) return { ...step, layer: undefined, size: 0 }
    const layer = isFit ? layers[position++] : undefined
    return { ...step, layer: layer?.digest, size: layer?.size }
  })
  return { layers, history: steps }
}

/** The annotations of a manifest, an index or an entry in one. */
export function annotationsOf(
  document: Descriptor | Pick<Manifest, 'annotations'> | undefined,
): Readonly<Record<string, string>> {
  return textFields({ ...document }, 'annotations')
}
