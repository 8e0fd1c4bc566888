/// <reference lib="esnext.disposable" preserve="true" />

import { withoutPath } from '../check-options.ts'
import { controlOf } from '../control/controller.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Image } from '../images/image.ts'
import { disposable } from '../source/disposable.ts'
import { planArchive, type WriteOptions, type WrittenImage } from './plan-archive.ts'
import { streamTar } from './tar-stream.ts'

/** How the stream of an archive is read. */
export interface StreamOptions {
  /**
   * True if the reader no longer uses a piece when it reads the next one. Then pieces share their memory, and a page
   * collects less garbage. @default false
   */
  readonly reusesMemory?: boolean | undefined
}

/** An archive that is ready to be written. */
export interface WritableArchive extends AsyncDisposable {
  /** The size of the tar in bytes, such as for `Content-Length`. */
  readonly size: number
  /** The images in it. */
  readonly images: readonly WrittenImage[]
  /**
   * Opens the tar as a stream. Bytes are read when they are asked for, and verified: the stream fails before its end if
   * a blob is wrong or its source is lost. Each call gives a new stream, from the start.
   */
  stream(options?: StreamOptions): ReadableStream<Uint8Array<ArrayBuffer>>
  /** Releases what was made for the archive, such as compressed layers: they cannot be read after it. */
  close(): Promise<void>
}

/**
 * Plans an archive, and opens its streams when they are asked for. Throws what `writeArchive` throws. Call it inside
 * `withLastingControl`.
 */
export async function makeArchive(given: readonly Image[], options: WriteOptions): Promise<WritableArchive> {
  withoutPath(options, 'call saveArchive() of "registry-api-v2-client/node"')
  const { end } = controlOf(options)
  const { tar, images, close } = await planArchive(given, options)
  const { createHasher = createPortableHasher } = options.runtime ?? {}
  const archive = {
    size: tar.size,
    images,
    stream: ({ reusesMemory }: StreamOptions = {}) => streamTar(tar, createHasher, options, reusesMemory),
    close() {
      end()
      return close()
    },
  }
  return Object.freeze(disposable(archive))
}
