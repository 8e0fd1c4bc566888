import {
  type Descriptor,
  formatPlatform,
  type Image,
  type ImageConfig,
  type ImageInfo,
  runnableImages,
} from '../../node/index.ts'

/** The parts of an image that people are shown. They are those of `ImageInfo`. */
export type ImageDescription = Descriptor &
  Pick<ImageInfo, 'created' | 'totalSize' | 'layerCount' | 'artifactType'> & {
    /** The names in the archive, or the reference that was asked for. */
    readonly names: readonly string[]
    readonly platforms: readonly string[]
    readonly configuration: ImageConfig | undefined
    /** Of an index with several images, none. */
    readonly layers: ReadonlyArray<Descriptor & { readonly createdBy: string | undefined }>
    /** Of an index: its images. */
    readonly images: ReadonlyArray<
      Descriptor & Pick<ImageInfo, 'created' | 'totalSize'> & { readonly platform: string | undefined }
    >
  }

/** Describes an image of an archive as `getImageInfo` describes those of a registry. */
export function describeImage(image: Image): ImageDescription {
  const { manifest, names, tags, artifactType, kind } = image
  const runnable = kind === 'index' ? runnableImages(image) : []
  const [only] = kind === 'index' ? (runnable.length === 1 ? runnable : []) : [image]
  const singles: readonly Image[] = kind === 'index' ? runnable : [image]
  const layers = singles.flatMap((single) => single.layers)
  const dates = singles.flatMap(({ configuration }) => configuration?.created ?? [])
  return {
    names: [...names, ...tags],
    ...descriptorOf(manifest),
    platforms: singles.flatMap(({ platform }) => (platform ? [formatPlatform(platform)] : [])),
    created: dates.sort((one, other) => Date.parse(other) - Date.parse(one))[0],
    totalSize: sizeOf(singles),
    layerCount: new Set(layers.map(({ digest }) => digest)).size,
    artifactType: artifactType ?? (kind === 'artifact' ? image.config.mediaType : undefined),
    configuration: only?.configuration,
    layers: (only?.layers ?? []).map(({ source: _, ...layer }) => layer),
    images: runnable.map((single) => ({
      platform: formatPlatform(single.platform),
      ...descriptorOf(single.manifest),
      created: single.configuration?.created,
      totalSize: sizeOf([single]),
    })),
  }
}

/** Describes an image of a registry. */
export function describeInfo(info: ImageInfo, name: string): ImageDescription {
  const { platforms, platform } = info
  return { ...info, names: [name], platforms: platforms.length > 0 || !platform ? platforms : [platform] }
}

function descriptorOf({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size }
}

/** In bytes: configs and layers, what is listed twice once. */
function sizeOf(images: readonly Image[]): number {
  const blobs = images.flatMap(({ config, layers }) => [...(config ? [config] : []), ...layers])
  return [...new Map(blobs.map(({ digest, size }) => [digest, size])).values()].reduce((sum, size) => sum + size, 0)
}
