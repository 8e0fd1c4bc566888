import { untilAborted } from '../async/abort.ts'
import type { Encoder, RuntimeOptions } from '../runtime.ts'
import type { Compression } from './compress-options.ts'
import { createPortableEncoder } from './portable.ts'

/**
 * Creates an encoder by the runtime. An abort ends the wait for it.
 *
 * @throws {RangeError} if the level is out of range
 * @throws {RegistryError} if the runtime has no such encoder
 */
export function createEncoder(
  { format, level }: Compression,
  { runtime, signal }: RuntimeOptions & { readonly signal?: AbortSignal | undefined },
): Promise<Encoder> {
  const { createEncoder: create = createPortableEncoder } = runtime ?? {}
  return untilAborted(Promise.resolve(create(format, level)), signal)
}
