import { natural } from '../check-options.ts'
import type { EncodingOptions } from '../compress/compress-options.ts'
import type { PushController, PushSettings } from '../control/push-controller.ts'
import type { PushProgress } from '../control/push-progress.ts'
import type { Patience } from '../http/request.ts'
import type { SessionStore } from '../registry/sessions/store.ts'
import type { Hashing, UploadEvent } from '../registry/upload/upload-options.ts'

/** The options of functions that push: progress, control, chunks, retries and resuming. */
export interface PushOptions extends PushSettings, EncodingOptions {
  /** Called with a snapshot of the progress when a blob's state changes, and after each chunk. */
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
  /**
   * Aborts the push, which then rejects with the signal's reason. Requests under way may end first, within 5 s, and
   * open uploads are cancelled at the registry, which may take another 5 s if it does not answer.
   */
  readonly signal?: AbortSignal | undefined
  /** Pauses, resumes and limits the push: see `createPushController`. Its settings override those of the push. */
  readonly controller?: PushController | undefined
  /**
   * Bytes in one request. @default 5 MiB for a blob up to that size. For a larger one it starts with 512 KiB, and then
   *   follows the link: one to two seconds' worth, from 64 KiB to 64 MiB (to 5 MiB if chunks are held in memory)
   */
  readonly chunkSize?: number | undefined
  /**
   * Stores uploads, so that a later push resumes them: in another process, or after a reload of the page. With a
   * store, an abort or a temporary failure leaves uploads open at the registry. @default none: they are cancelled
   */
  readonly sessions?: SessionStore | undefined
  /**
   * Called when an upload is tried again, restarts, continues that of an earlier push, or learns a limit of the
   * registry.
   */
  readonly onEvent?: ((event: UploadEvent) => void) | undefined
  /** Retries in a row, without a byte of progress, before an upload or another request gives up. @default 5 */
  readonly uploadRetry?: number | undefined
  /**
   * The longest wait after the first failure, in milliseconds. It doubles with each further failure, up to 30 s.
   * @default 500
   */
  readonly uploadRetryDelay?: number | undefined
  /**
   * When the bytes of a blob are hashed. With `when-needed` only the registry compares them with the digest, as it does
   * when containerd pushes: that saves the time of hashing, and in a page its Workers. They are hashed here only if it
   * refuses them. Use it if the registry checks digests. With `verify`, blobs are read back from it and hashed before a
   * manifest is put. @default 'always'
   */
  readonly hashing?: Hashing | undefined
  /** Looks for everything again at the end: each blob, each manifest, and the target of each tag. @default false */
  readonly verify?: boolean | undefined
}

const DEFAULT_UPLOAD_RETRY = 5
const DEFAULT_RETRY_DELAY = 500

/**
 * How patient a push is.
 *
 * @throws {RangeError} if a number is out of range
 */
export function patienceOf(options: Pick<PushOptions, 'uploadRetry' | 'uploadRetryDelay'>): Patience {
  return {
    retry: natural('uploadRetry', options.uploadRetry ?? DEFAULT_UPLOAD_RETRY),
    retryDelay: natural('uploadRetryDelay', options.uploadRetryDelay ?? DEFAULT_RETRY_DELAY),
  }
}
