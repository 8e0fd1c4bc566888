import { collectStream, type Descriptor, type ReadProgress, readBlob } from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'
import { seldom } from './seldom.ts'
import { MAX_PREVIEW, previewText, type TextPreview } from './text-preview.ts'

/** A blob of a repository, such as a file of an artifact. */
interface BlobPlace {
  readonly registry: string
  readonly repository: string
  readonly blob: Descriptor
}

/** The blobs of a registry: layers, configs, and files of artifacts. */
export function createBlobs(session: Session) {
  return {
    /** Reads the start of a blob as text. A small blob is verified. */
    preview({ registry, repository, blob }: BlobPlace, signal: AbortSignal): Promise<TextPreview> {
      return session.use(registry, async (handle) => {
        const end = Math.min(blob.size, MAX_PREVIEW)
        const { stream } = await readBlob(handle, repository, blob, { end, signal })
        const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
        return previewText(bytes, end < blob.size)
      })
    },

    /** Reads a whole blob, and verifies it. The browser keeps it on its disk. */
    collect(
      { registry, repository, blob }: BlobPlace,
      onProgress: (progress: ReadProgress) => void,
      signal: AbortSignal,
    ): Promise<Blob> {
      return session.use(registry, async (handle) => {
        const { stream } = await readBlob(handle, repository, blob, { onProgress: seldom(onProgress), signal })
        return collectStream(stream)
      })
    },
  }
}
