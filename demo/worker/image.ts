import {
  type BuildStep,
  type Descriptor,
  type Digest,
  getImageInfo,
  getManifest,
  type ImageConfig,
  type ImageInfo,
  type ImageLayer,
  isIndex,
  listReferrers,
  type ManifestInfo,
  type Referrer,
  type Registry,
} from 'registry-api-v2-client'
import { type Fault, toFault } from '../../src/element/words/fault.ts'
import type { Session } from '../../src/element/worker/session.ts'
import { type DescribedEntry, describeEntries } from './index-entries.ts'
import { formatJson } from './json-text.ts'

/** An image of a registry, or a part of one. */
export interface ImagePlace {
  readonly registry: string
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
}

/** The manifest or index that a tag or a digest names, as plain data. */
export interface DescribedReference {
  /** The name to pull by, without a tag: `registry.example.com/team/app`. */
  readonly name: string
  readonly digest: Digest
  readonly mediaType: string
  /** The entries of an index. Empty for a single image. */
  readonly entries: readonly DescribedEntry[]
  readonly annotations: Readonly<Record<string, string>>
  /** The JSON of the manifest or index. */
  readonly document: string
  /** The image that is shown: of an index the chosen one. */
  readonly image: DescribedImage | undefined
  /** The reason why the chosen image of an index cannot be read. */
  readonly fault: Fault | undefined
}

/** A manifest and what its config says. */
export interface DescribedImage extends Partial<Omit<ImageInfo, 'manifest' | 'images' | 'index' | 'platforms'>> {
  readonly kind: 'image' | 'artifact' | 'index'
  readonly digest: Digest
  readonly mediaType: string
  readonly configuration?: ImageConfig | undefined
  readonly layers: readonly ImageLayer[]
  readonly history: readonly BuildStep[]
  /** The descriptor of its config. Absent for an index. */
  readonly config: Descriptor | undefined
  readonly document: string
  /** The reason why its config cannot be read. */
  readonly fault: Fault | undefined
}

/** The size and the date of an image in an index. */
export interface EntrySize {
  readonly totalSize: number
  readonly created: string | undefined
}

/** The images of a registry, each looked at. */
export function createImages(session: Session) {
  return {
    /** Describes what a tag or a digest names. `part` chooses an image of an index: a platform or a digest. */
    describe({ registry, repository, reference }: ImagePlace, part: string | undefined, signal: AbortSignal) {
      return session.use(registry, async (handle): Promise<DescribedReference> => {
        const root = await getManifest(handle, repository, reference, { signal })
        const described = {
          name: nameOf(handle, repository),
          digest: root.digest,
          mediaType: root.mediaType,
          annotations: { ...root.manifest.annotations },
          document: formatJson(root.bytes),
        }
        if (!isIndex(root.manifest)) {
          const image = await describeManifest(handle, repository, root, signal)
          return { ...described, entries: [], image, fault: undefined }
        }
        const entries = describeEntries(root.manifest, part)
        const chosen = entries.find(({ isChosen }) => isChosen)
        if (!chosen) return { ...described, entries, image: undefined, fault: undefined }
        try {
          const found = await getManifest(handle, repository, chosen.digest, { signal })
          const image = await describeManifest(handle, repository, found, signal)
          return { ...described, entries, image, fault: undefined }
        } catch (error) {
          return { ...described, entries, image: undefined, fault: faultOf(error, signal) }
        }
      })
    },

    /** Reads the sizes of the images of an index, by digest. Those that the registry lacks are left out. */
    sizes({ registry, repository }: ImagePlace, digest: string, signal: AbortSignal) {
      return session.use(registry, async (handle): Promise<ReadonlyMap<string, EntrySize>> => {
        const { images } = await getImageInfo(handle, repository, digest, { signal })
        return new Map(images.map(({ digest, totalSize, created }) => [digest, { totalSize, created }]))
      })
    },

    /** Lists what is about a manifest, or about the manifests in an index. */
    referrers({ registry, repository }: ImagePlace, digest: string, signal: AbortSignal) {
      return session.use(registry, (handle): Promise<readonly Referrer[]> => {
        return listReferrers(handle, repository, digest, { children: true, signal })
      })
    },

    /** Reads a manifest as the registry has it: its digest is that of these bytes. */
    manifest({ registry, repository }: ImagePlace, digest: string, signal: AbortSignal): Promise<Blob> {
      return session.use(registry, async (handle) => {
        const { bytes } = await getManifest(handle, repository, digest, { signal })
        return new Blob([bytes], { type: 'application/json' })
      })
    },
  }
}

/** Describes a manifest with its config. If the config cannot be read, the manifest still tells the layers. */
async function describeManifest(
  handle: Registry,
  repository: string,
  { digest, mediaType, bytes, manifest, size }: ManifestInfo,
  signal: AbortSignal,
): Promise<DescribedImage> {
  const described = { digest, mediaType, size, document: formatJson(bytes) }
  if (isIndex(manifest)) {
    return { ...described, kind: 'index', layers: [], history: [], config: undefined, fault: undefined }
  }
  const { digest: configDigest, mediaType: configType, size: configSize } = manifest.config
  const config = { digest: configDigest, mediaType: configType, size: configSize }
  try {
    const {
      manifest: _,
      images: __,
      index: ___,
      platforms: ____,
      ...info
    } = await getImageInfo(handle, repository, digest, { signal })
    return {
      ...described,
      ...info,
      kind: info.configuration && !isAttested(info.layers) ? 'image' : 'artifact',
      config,
      fault: undefined,
    }
  } catch (error) {
    const layers = manifest.layers.map(({ digest, mediaType, size, annotations = {} }) => {
      return { digest, mediaType, size, annotations, diffId: undefined, created: undefined, createdBy: undefined }
    })
    const totalSize = [config, ...layers].reduce((sum, { size }) => sum + size, 0)
    const annotations = { ...manifest.annotations }
    const fault = faultOf(error, signal)
    const kind = /\.image\b/.test(config.mediaType) && !isAttested(layers) ? 'image' : 'artifact'
    return { ...described, kind, layers, history: [], totalSize, annotations, config, fault }
  }
}

/** Attestations of BuildKit have the config of an image. */
function isAttested(layers: readonly ImageLayer[]): boolean {
  return layers.some(({ mediaType }) => mediaType.startsWith('application/vnd.in-toto'))
}

/** @throws the error if the user went elsewhere, or has to sign in */
function faultOf(error: unknown, signal: AbortSignal): Fault {
  const fault = toFault(error)
  if (signal.aborted || fault.status === 401 || fault.code === 'SIGN_IN_CANCELLED') throw error
  return fault
}

function nameOf({ url }: Registry, repository: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}${repository}`
}
