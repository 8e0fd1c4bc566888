import { compressionOf } from '../compress/compress-options.ts'
import { createEncoder } from '../compress/create-encoder.ts'
import type { CompressionFormat, Encoder } from '../runtime.ts'
import type { LayerMakingOptions } from './append-options.ts'

/** Creates the encoder that the options ask for. Returns `undefined` if the layer is not compressed. */
export async function encoderOf(options: LayerMakingOptions): Promise<Encoder | undefined> {
  const { compress = 'gzip' } = options
  return compress === false ? undefined : createEncoder(compressionOf(compress), options)
}

/**
 * Returns the format that the options ask for.
 *
 * @throws {TypeError} if it is not a format
 */
export function formatOf({ compress = 'gzip' }: LayerMakingOptions): CompressionFormat | undefined {
  return compress === false ? undefined : compressionOf(compress).format
}
