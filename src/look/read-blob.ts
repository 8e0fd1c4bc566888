import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { BlobStream, ReadBlobOptions } from './blob-stream.ts'

/**
 * Reads a blob of a registry as a stream, such as a layer or a config. A whole blob is verified: its last piece comes
 * only if all bytes match the digest, otherwise the stream fails. A range of a blob cannot be verified, because the
 * digest is of the whole blob; `isVerified` tells.
 *
 * Bytes are requested when the stream is read. An answer that breaks off is continued from there.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param digest The digest of the blob, for whose size the registry is asked; or its descriptor, such as a layer of
 *   `getImageInfo`, which has the size.
 * @param options `start` and `end` choose the bytes `[start, end)` (default: all), `onProgress`, and `signal`, which
 *   ends the stream.
 * @returns the stream, with the size of the blob in bytes.
 * @throws {TypeError} if `registry`, `digest` or an option has the wrong type.
 * @throws {RangeError} if `start` and `end` are not a range of the blob.
 * @throws {ValidationError} if `repository` or `digest` is not valid.
 * @throws {DigestMismatchError} if the bytes do not match the digest: from the stream, before its last piece.
 * @throws {ResponseError} if the registry refuses, or does not have the blob (`status` 404): also from the stream.
 * @throws {NetworkError} if the registry does not answer, or its answers keep breaking off: also from the stream.
 * @example
 * ```ts
 * import { getConfig, readBlob } from 'registry-api-v2-client'
 *
 * const { digest } = await getConfig('https://registry.example.com', 'team/app', 'v7')
 * const { stream, isVerified } = await readBlob('https://registry.example.com', 'team/app', digest)
 * const config = await new Response(stream).json()
 * console.log(config.os, isVerified) // 'linux'
 * ```
 */
export async function readBlob(
  registry: RegistryInput,
  repository: string,
  digest: Digest | (string & {}) | Descriptor,
  options: ReadBlobOptions = {},
): Promise<BlobStream> {
  const { openBlobStream } = await loaded(import('./blob-stream.ts'), optionsOf(options).signal)
  return openBlobStream(toRegistry(registry), repository, digest, options)
}
