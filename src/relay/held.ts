import { TarReadError } from '../errors.ts'
import { USE_A_FILE } from './one-pass.ts'

/** In bytes: the chunk that is sent, and the small files and JSON that are held, together. */
const MAX_HELD = 64 * 1024 * 1024

/** Counts the bytes of a stream that are in memory. */
export interface Held {
  /**
   * Counts bytes of an entry that stay in memory to the end.
   *
   * @throws {TarReadError} if it is too much
   */
  keep(path: string, bytes: number): void
  /**
   * Checks whether there is room for bytes that stay for a while.
   *
   * @throws {TarReadError} if there is not
   */
  requireRoom(path: string, bytes: number): void
}

export function createHeld(): Held {
  let kept = 0
  function requireRoom(path: string, bytes: number): void {
    if (kept + bytes <= MAX_HELD) return
    throw new TarReadError(
      'LIMIT_EXCEEDED',
      `Cannot push the stream: its small files and the part of ${JSON.stringify(path)} that is sent have more than ${MAX_HELD} bytes together`,
      { remedy: USE_A_FILE, path },
    )
  }
  return {
    requireRoom,
    keep(path, bytes) {
      requireRoom(path, bytes)
      kept += bytes
    },
  }
}
