import { TarReadError } from '../errors.ts'
import { exactSource, type Source } from './source.ts'

/** The inputs with bytes that can be read in any order, in every runtime. */
export type SourceInput = Source | Blob | Uint8Array | ArrayBuffer

/**
 * Creates a `Source` from an input. It reads and copies nothing.
 *
 * @throws {TypeError} if the input is not a `SourceInput`
 */
export function toSource(input: SourceInput): Source {
  if (isBlob(input)) return blobSource(input)
  if (ArrayBuffer.isView(input)) return bytesSource(new Uint8Array(input.buffer, input.byteOffset, input.byteLength))
  if (isArrayBuffer(input)) return bytesSource(new Uint8Array(input))
  if (isSource(input)) return exactSource({ size: input.size, read: (...range) => input.read(...range) })
  throw new TypeError(
    `Cannot read an archive from ${nameOf(input)}: ` +
      'pass a File, a Blob, bytes, a stream, a Response or the files of a folder, or in "registry-api-v2-client/node" a path',
  )
}

function nameOf(input: unknown): string {
  if (input instanceof Promise) return 'a promise, which must be awaited'
  return input === null ? 'null' : `a value of type ${typeof input}`
}

/** Tells whether a value is an `ArrayBuffer`, also one of another window. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]'
}

/** Tells whether an input looks like a `Blob`. `instanceof` fails for a file from another window. */
function isBlob(input: unknown): input is Blob {
  const candidate = input as Partial<Blob> | null
  return typeof candidate?.slice === 'function' && typeof candidate.arrayBuffer === 'function'
}

function isSource(input: unknown): input is Source {
  const candidate = input as Partial<Source> | null
  return typeof candidate === 'object' && typeof candidate?.size === 'number' && typeof candidate.read === 'function'
}

function blobSource(blob: Blob): Source {
  return exactSource({
    size: blob.size,
    slice: (start, end) => blob.slice(start, end),
    async read(start, end) {
      try {
        return new Uint8Array(await blob.slice(start, end).arrayBuffer())
      } catch (cause) {
        throw new TarReadError(
          'FILE_UNREADABLE',
          `Cannot read bytes ${start} to ${end} of the file: it was changed, moved or removed after it was chosen`,
          { remedy: 'choose it again', offset: start, cause },
        )
      }
    },
  })
}

function bytesSource(bytes: Uint8Array): Source {
  return exactSource({ size: bytes.byteLength, read: async (start, end) => bytes.slice(start, end) })
}
