import { TarReadError } from '../errors.ts'

/**
 * A readable range of bytes with a known size. It reads nothing before `read` is called.
 * A `Blob`, a file, a slice of an archive and a counting test double all have this shape, so sources can be nested.
 */
export interface Source {
  /** The size in bytes. */
  readonly size: number
  /**
   * Reads the bytes `[start, end)`. It returns exactly `end - start` bytes, or rejects.
   * The caller owns the result: the source neither keeps nor reuses it.
   *
   * @param into Memory for the result. The source may fill its beginning, or return an array of its own.
   * @throws {TarReadError} if the bytes no longer exist
   */
  read(
    start: number,
    end: number,
    signal?: AbortSignal,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Returns the bytes `[start, end)` as a `Blob` that the browser reads itself. Use it for bytes that are only passed
   * on. It is missing if the bytes are not in a file.
   */
  readonly slice?: ((start: number, end: number) => Blob) | undefined
}

/** Returns the range `[start, end)` of a source as a source. */
export function sliceSource(source: Source, start: number, end: number): Source {
  return {
    size: end - start,
    read: (from, to, ...how) => source.read(start + from, start + to, ...how),
    slice: source.slice && ((from, to) => source.slice?.(start + from, start + to) as Blob),
  }
}

/** Wraps a source. Calls `onRead` with the end of each completed read. */
export function reportedSource(source: Source, onRead: (end: number) => void): Source {
  return {
    size: source.size,
    async read(start, end, ...how) {
      const bytes = await source.read(start, end, ...how)
      onRead(end)
      return bytes
    },
  }
}

/** Reads all bytes of a small source. The caller must check its size first. */
export function readAll(source: Source, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  return source.read(0, source.size, signal)
}

/** Enforces the contract of `Source`: no read after an abort, and never fewer bytes than requested. */
export function exactSource({ size, read, slice }: Source): Source {
  return {
    size,
    slice,
    async read(start, end, signal, into) {
      signal?.throwIfAborted()
      const bytes = await read(start, end, signal, into)
      if (bytes.byteLength === end - start) return bytes
      throw new TarReadError(
        'FILE_UNREADABLE',
        `Cannot read bytes ${start} to ${end}: only ${bytes.byteLength} bytes are there; the file became shorter while it was read`,
        { offset: start },
      )
    },
  }
}
