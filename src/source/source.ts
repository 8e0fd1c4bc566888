import { TarReadError } from '../errors.ts'

/**
 * Where bytes come from: a known size and ranges of it, read when asked for.
 * A `Blob`, a file, a window into an archive and a test double that counts are all the same shape, so they nest.
 */
export interface Source {
  /** In bytes. */
  readonly size: number
  /**
   * Reads the bytes `[start, end)`: exactly `end - start` of them, or it rejects.
   * The bytes are the caller's: the source neither keeps nor reuses them.
   *
   * @param into Room for them: they may come at its beginning, or in bytes of their own.
   * @throws {TarReadError} if the bytes are no longer there
   */
  read(
    start: number,
    end: number,
    signal?: AbortSignal,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>>
  /** The bytes `[start, end)` as a part of the file that a browser reads itself, for those who only pass them on. Absent where there is no such file. */
  readonly slice?: ((start: number, end: number) => Blob) | undefined
}

/** A window `[start, end)` into another source. */
export function sliceSource(source: Source, start: number, end: number): Source {
  return {
    size: end - start,
    read: (from, to, ...how) => source.read(start + from, start + to, ...how),
    slice: source.slice && ((from, to) => source.slice?.(start + from, start + to) as Blob),
  }
}

/** The same source, which tells where each read ends. */
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

/** Reads the whole of a small source. Bound its size before calling. */
export function readAll(source: Source, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  return source.read(0, source.size, signal)
}

/** Holds a reader to the contract of `Source`: no read after an abort, and never fewer bytes than asked for. */
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
