import { loaded } from '../async/lazy.ts'
import type { OpenSource } from '../source/spool.ts'
import { packingOf, readHead } from './packing.ts'
import type { Packed, UnpackOptions } from './unpack.ts'

/** Does the same as `unpack`, but loads it only if there is something to unpack or to spool. */
export async function unpackIfPacked(packed: Packed, options: UnpackOptions): Promise<OpenSource> {
  if ('source' in packed) {
    const head = await readHead(packed.source, options.signal)
    if (!packingOf(head)) return { ...packed.source, close: async () => undefined }
  }
  const { unpack } = await loaded(import('./unpack.ts'), options.signal)
  return unpack(packed, options)
}
