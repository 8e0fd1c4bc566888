import {
  type DiffImagesOptions,
  diffImages,
  type FileChange,
  formatPlatform,
  type Image,
  type ImageDiff,
  type Layer,
  openImage,
  type ReadProgress,
  runnableImages,
} from 'registry-api-v2-client'
import { toFault } from '../../src/element/words/fault.ts'
import type { Session } from '../../src/element/worker/session.ts'
import type { ImagePlace } from './image.ts'
import { imageName } from './image-name.ts'
import { seldom } from './seldom.ts'

/** Two images of a registry. */
export interface ImagePair {
  readonly from: ImagePlace
  readonly to: ImagePlace
  /** The platform of indexes. @default the first that both images have */
  readonly platform: string | undefined
}

/** A layer as plain data. */
export type ComparedLayer = Omit<Layer, 'source'>

/** The difference of two images, without their files. */
export interface Comparison extends Omit<ImageDiff, 'files' | 'layers'> {
  readonly layers: Readonly<Record<keyof ImageDiff['layers'], readonly ComparedLayer[]>>
  /** The platform that is compared. Absent if neither image is an index. */
  readonly platform: string | undefined
  /** The platforms that both images have. */
  readonly platforms: readonly string[]
}

/** A file that differs. */
export interface ChangedFile extends Pick<FileChange, 'path' | 'type' | 'differs'> {
  /** In bytes. Absent if the image does not have the file, or it was not read. */
  readonly fromSize: number | undefined
  readonly toSize: number | undefined
}

/** A list of changed files, kept in the Worker. */
export interface ComparedFiles {
  /** Its number in this Worker. */
  readonly id: number
  readonly counts: Readonly<Record<FileChange['type'], number>>
}

/** A part of a list of changed files. */
export interface ChangedFiles {
  readonly rows: readonly ChangedFile[]
  /** The number of all that were asked for. */
  readonly total: number
}

/** Files are passed on in portions. */
const PORTION = 100

/** Compares images of a registry. Lists of files stay in the Worker: the page asks for what it shows. */
export function createComparisons(session: Session) {
  const lists = new Map<number, readonly ChangedFile[]>()
  let count = 0

  return {
    /** Compares layers, sizes and configs. No layer is read. */
    compare(pair: ImagePair, signal: AbortSignal): Promise<Comparison> {
      return session.use(pair.from.registry, async () => {
        const { images, options, platforms } = await openPair(session, pair, signal)
        const { files: _, layers, ...diff } = await diffImages(...images, { ...options, signal })
        const { shared, removed, added } = layers
        const bare = { shared: shared.map(withoutSource), removed: removed.map(withoutSource) }
        return {
          ...diff,
          ...{ layers: { ...bare, added: added.map(withoutSource) } },
          ...{ platform: options.platform, platforms },
        }
      })
    },

    /** Compares the files. All layers are read, the common ones once. */
    files(pair: ImagePair, onProgress: (progress: ReadProgress) => void, signal: AbortSignal): Promise<ComparedFiles> {
      return session.use(pair.from.registry, async () => {
        const { images, options } = await openPair(session, pair, signal)
        const reading = { files: true, sharedLayers: true, onProgress: seldom(onProgress), signal }
        const { files = [] } = await diffImages(...images, { ...options, ...reading })
        const counts = { added: 0, removed: 0, changed: 0, written: 0 }
        for (const { type } of files) counts[type]++
        const id = count++
        lists.set(id, files.map(toRow))
        return { id, counts }
      })
    },

    /** Lists a part of the changed files: those whose path has a text. */
    changes(id: number, text: string, start: number): ChangedFiles {
      const wanted = text.toLowerCase()
      const found = (lists.get(id) ?? []).filter(({ path }) => path.toLowerCase().includes(wanted))
      return { rows: found.slice(start, start + PORTION), total: found.length }
    },

    close: (id: number): void => void lists.delete(id),
  }
}

/**
 * Opens two images, and chooses a platform of indexes that both have.
 *
 * @throws {Fault} whose place is the image that cannot be opened
 */
async function openPair(session: Session, { from, to, platform }: ImagePair, signal: AbortSignal) {
  const open = async (place: ImagePlace): Promise<Image> => {
    const { registry, repository, reference } = place
    try {
      return await session.use(registry, (handle) => openImage(handle, repository, reference, { signal }))
    } catch (error) {
      throw { ...toFault(error), place: imageName(place) }
    }
  }
  const [one, other] = await Promise.all([open(from), open(to)])
  const [platforms, others] = [platformsOf(one), platformsOf(other)]
  const common = platforms.filter((platform) => others.includes(platform))
  const hasChoice = one.kind === 'index' || other.kind === 'index'
  const options: DiffImagesOptions = hasChoice ? { platform: platform ?? common[0] } : {}
  return { images: [one, other] as const, options, platforms: common }
}

function platformsOf(image: Image): readonly string[] {
  return [...new Set(runnableImages(image).map(({ platform }) => formatPlatform(platform)))]
}

function withoutSource({ source: _, ...layer }: Layer): ComparedLayer {
  return layer
}

function toRow({ path, type, differs, from, to }: FileChange): ChangedFile {
  return { path, type, differs, fromSize: from?.size, toSize: to?.size }
}
