import { optionsOf } from '../check-options.ts'
import type { Runtime, RuntimeOptions } from '../runtime.ts'
import { toReadable } from '../source/stream.ts'
import { spoolToFile } from './archive/spool-to-file.ts'
import { createNativeEncoder, createReproducibleEncoder } from './compress/native-encoder.ts'
import { isNodeFetch } from './fetch/node-fetch.ts'
import { createNativeHasher } from './native-sha256.ts'

/**
 * Fills in the runtime's own parts (Node, Deno or Bun) where the caller passes none.
 *
 * @throws {TypeError} if the options are not an object
 */
export function inNode<O extends RuntimeOptions>(options: O): O & { readonly runtime: Omit<Runtime, 'hashWorkers'> } {
  const { runtime = {} } = optionsOf(options)
  const { createHasher = createNativeHasher, createEncoder = createNativeEncoder, spool = spoolToFile } = runtime
  const { createBody = (bytes: Uint8Array<ArrayBuffer>) => bytes, createStreamBody = toReadable } = runtime
  // The caller's own body functions may keep chunks in memory, so chunks are streamed only without them.
  const { streamsChunks = !runtime.createBody && !runtime.createStreamBody } = runtime
  const { reusesPieces = !runtime.createStreamBody && isNodeFetch() } = runtime
  const bodies = { createBody, createStreamBody, streamsChunks, reusesPieces }
  return { ...options, runtime: { ...runtime, createHasher, createEncoder, spool, ...bodies } }
}

/** The same, for what has to be the same bytes on every runtime. */
export function inNodeReproducibly<O extends RuntimeOptions>(options: O): ReturnType<typeof inNode<O>> {
  const { runtime = {} } = optionsOf(options)
  const { createEncoder = createReproducibleEncoder } = runtime
  return inNode({ ...options, runtime: { ...runtime, createEncoder } })
}
