import { type StreamInput, toStream } from '../archive/input.ts'
import { loaded } from '../async/lazy.ts'
import { optionalList, optionsOf, show, text } from '../check-options.ts'
import { withControl } from '../control/controller.ts'
import { ValidationError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import { parseRepositoryOf, parseTag } from '../oci/reference.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import { USE_A_FILE } from './one-pass.ts'
import type { PushStreamOptions } from './push-stream-options.ts'

const REPOSITORY = 'the name of a repository, since the names of images come after their layers'
/** Options of a push that need the bytes more than once, or before they come. */
const IMPOSSIBLE = ['sessions', 'compress', 'entry']

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
 * import { pushStream } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop; a Response will do, too
 * const digest = await pushStream(file.stream(), 'https://registry.example.com', 'team/app', 'v7')
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
  return withControl(optionsOf(options), async (options) => {
    const ended = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal
    const bytes = toStream(stream, signal)
    if (!bytes)
      throw new TypeError(
        `Cannot push the stream: pass a stream or a Response, not ${show(stream)}; push a file with pushDockerTar`,
      )
    try {
      const handle = toRegistry(registry)
      const target = {
        registry: handle,
        repository: parseRepositoryOf(handle.url, text('repository', repository, REPOSITORY)),
        tags: tagsOf(tag, options),
      }
      requirePossible(options)
      const { relay } = await loaded(import('./relay.ts'), signal)
      return await relay(bytes, target, { ...options, signal })
    } finally {
      // The abort ends the stream, also one whose reading has not begun.
      ended.abort()
      bytes.next().catch(() => undefined)
    }
  })
}

function tagsOf(tag: string | undefined, options: PushStreamOptions): readonly string[] | undefined {
  const tags = optionalList('tags', options.tags)
  const all = tag === undefined ? tags : [text('tag', tag, 'a tag'), ...(tags ?? [])]
  all?.forEach(parseTag)
  return all
}

function requirePossible(options: PushStreamOptions): void {
  const impossible = IMPOSSIBLE.find((name) => (options as Record<string, unknown>)[name] !== undefined)
  if (impossible === undefined) return
  throw new ValidationError('NOT_SUPPORTED', `Cannot push the stream in one pass with the option ${impossible}`, {
    remedy: impossible === 'sessions' ? USE_A_FILE : 'push it with pushDockerTar',
    input: impossible,
  })
}
