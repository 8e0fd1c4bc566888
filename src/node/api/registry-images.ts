import type {
  BlobStream,
  Descriptor,
  Digest,
  Image,
  OpenImageOptions,
  ReadBlobOptions,
  RegistryInput,
} from '../../index.ts'
import * as core from '../../index.ts'
import { inNode } from '../node-runtime.ts'

// The functions of "." that read images from a registry, in the runtime of Node, Deno and Bun.

/**
 * Opens an image of a registry. It reads and verifies the manifests and configs. The layers and other blobs are sources
 * that are read when they are needed.
 *
 * An answer that breaks off in the middle of a blob is continued from there. If you read a whole blob, compare its
 * digest, as all functions of this package do.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param reference A tag or a digest.
 * @param options `platform` or `platforms` (default: all), `referrers` (default: false), `limits`, `onWarning` and
 *   `signal`; an abort rejects with the signal's reason.
 * @returns the image, as `openArchive` gives those of an archive. Its name is its whole name in the registry; an image
 *   that is opened by its digest has no name.
 * @throws {TypeError} if `registry` or an option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {ValidationError} if `repository` or `reference` is not valid, the answer is not a manifest, the platform is
 *   not there, or the manifests and configs exceed a limit.
 * @throws {DigestMismatchError} if a manifest or config does not match its digest.
 * @throws {ResponseError} if the registry refuses, has no such image (`status` 404), or lacks a part of it (`code`
 *   `CONTENT_LOST`).
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { openImage } from 'registry-api-v2-client/node'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * console.log(image.kind) // 'image'
 * console.log(image.layers.length) // 2
 * ```
 */
export async function openImage(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: OpenImageOptions = {},
): Promise<Image> {
  return core.openImage(registry, repository, reference, inNode(options))
}

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
 * import { getConfig, readBlob } from 'registry-api-v2-client/node'
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
  return core.readBlob(registry, repository, digest, inNode(options))
}
