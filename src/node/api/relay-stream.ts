import type { Digest, PushStreamOptions, RegistryInput, StreamInput } from '../../index.ts'
import * as core from '../../index.ts'
import { beginReading } from '../archive/begin-reading.ts'
import { inNode } from '../node-runtime.ts'

/**
 * Pushes one image of an archive that comes as a stream, in one pass: layers go to the registry while they are read. No
 * byte is stored, and at most 64 MiB are in memory. The registry gets the same as from `pushDockerTar`, which stores a
 * stream first.
 *
 * A stream may be packed with gzip or zstd. A failed request is tried again with the chunk that is in memory. If the
 * registry loses an upload, the push fails, because its first bytes cannot be read again. After a failure or an abort
 * open uploads are cancelled, no tag moves, and the stream is cancelled or destroyed.
 *
 * @param stream A stream of bytes, such as `process.stdin`, or a `Response`.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The repository to push to, such as `team/app`. The registry's own host in front is dropped.
 * @param tag The tag to set, besides `options.tags`. Default: the tags of the image's first name, or `latest`.
 * @param options `onProgress`, `signal`, `controller`, `platform`, `image`, `mountFrom`, `verify` and others: see
 *   `PushStreamOptions`. Until the stream ends, `onProgress` tells a growing `totalBytes` and no `remainingSeconds`.
 * @returns the digest of the image's manifest or index.
 * @throws {TypeError} if `stream`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {TarReadError} if the stream is not an archive, is damaged, exceeds a limit, or cannot be pushed in one pass.
 * @throws {ValidationError} if the archive has no image, or several images or some platforms of an image and none is
 *   chosen; if a name is not valid; or if an option needs more than one pass.
 * @throws {DigestMismatchError} if bytes of the archive do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { spawn } from 'node:child_process'
 * import { pushStream } from 'registry-api-v2-client/node'
 *
 * // Or process.stdin: docker save app:v7 | node relay.js
 * const { stdout } = spawn('cat', ['exported.tar'])
 * const digest = await pushStream(stdout, 'https://registry.example.com', 'team/app', 'v7')
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function pushStream(
  stream: StreamInput,
  registry: RegistryInput,
  repository: string,
  tag?: string,
  options: PushStreamOptions = {},
): Promise<Digest> {
  const given = inNode(options)
  return core.pushStream(beginReading(stream), registry, repository, tag, given)
}
