import {
  collectStream,
  type Image,
  type ImageFilesOptions,
  type Layer,
  listImageFiles,
  openImage,
  type ReadProgress,
  readImageFile,
} from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'
import { createFileTree, type FileRows, type FileTree, type TreeFacts } from './file-tree.ts'
import type { ImagePlace } from './image.ts'
import { seldom } from './seldom.ts'
import { MAX_PREVIEW, previewText, type TextPreview } from './text-preview.ts'

/** A list of files, kept in the Worker. */
export interface OpenedFiles extends TreeFacts {
  /** Its number in this Worker. */
  readonly id: number
}

/** A file that was read. */
export interface ReadFile extends TextPreview {
  /** In bytes. */
  readonly size: number
}

interface OpenFiles {
  readonly registry: string
  readonly image: Image
  readonly layer: Layer | undefined
  readonly tree: FileTree
}

type OnProgress = (progress: ReadProgress) => void

/** Files are passed on in portions: a folder may have 50,000. */
const PORTION = 100

/** The files in the layers of images. They stay in the Worker: the page asks for what it shows. */
export function createFiles(session: Session) {
  const opened = new Map<number, OpenFiles>()
  let count = 0

  function filesOf(id: number): OpenFiles {
    const files = opened.get(id)
    if (!files) throw new TypeError(`Cannot read the files: list ${id} is not open`)
    return files
  }

  return {
    /**
     * Lists the files of a layer, or of a whole image as a container sees them.
     *
     * @param layer The digest of the layer.
     */
    open(
      { registry, repository, reference }: ImagePlace,
      layer: string | undefined,
      onProgress: OnProgress,
      signal: AbortSignal,
    ): Promise<OpenedFiles> {
      return session.use(registry, async (handle) => {
        const image = await openImage(handle, repository, reference, { signal })
        const chosen = image.layers.find(({ digest }) => digest === layer)
        const tree = createFileTree()
        const options: ImageFilesOptions = { layer: chosen, onProgress: seldom(onProgress), signal }
        for await (const file of listImageFiles(image, options)) tree.add(file)
        const id = count++
        opened.set(id, { registry, image, layer: chosen, tree })
        return { id, ...tree.facts() }
      })
    },

    /** Lists a part of a folder. */
    folder: (id: number, path: string, start: number): FileRows => filesOf(id).tree.folder(path, start, PORTION),

    /** Finds files by a part of their paths: the first ones, and how many there are. */
    search: (id: number, text: string): FileRows => filesOf(id).tree.search(text, PORTION),

    /** Reads the start of a file as text. */
    preview(id: number, path: string, onProgress: OnProgress, signal: AbortSignal): Promise<ReadFile> {
      const files = filesOf(id)
      return session.use(files.registry, async () => {
        const file = await read(files, path, onProgress, signal)
        const isCut = file.size > MAX_PREVIEW
        const bytes = isCut ? await readStart(file.stream()) : await file.bytes()
        return { size: file.size, ...previewText(bytes, isCut) }
      })
    },

    /** Reads a whole file. The browser keeps it on its disk. */
    collect(id: number, path: string, onProgress: OnProgress, signal: AbortSignal): Promise<Blob> {
      const files = filesOf(id)
      return session.use(files.registry, async () => {
        const file = await read(files, path, onProgress, signal)
        return collectStream(file.stream())
      })
    },

    close: (id: number): void => void opened.delete(id),
  }
}

/** Reads a file from the layer that has it. The target of a hard link may be in another one. */
function read({ image, layer, tree }: OpenFiles, path: string, onProgress: OnProgress, signal: AbortSignal) {
  const found = tree.find(path)
  const options = { onProgress: seldom(onProgress), signal }
  return readImageFile(image, path, { ...options, layer: found?.type === 'file' ? found.layer : layer })
}

async function readStart(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const start = new Uint8Array(MAX_PREVIEW)
  const reader = stream.getReader()
  let length = 0
  while (length < MAX_PREVIEW) {
    const { done, value } = await reader.read()
    if (done) break
    const piece = value.subarray(0, MAX_PREVIEW - length)
    start.set(piece, length)
    length += piece.length
  }
  await reader.cancel()
  return start.subarray(0, length)
}
