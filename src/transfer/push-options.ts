import { natural } from '../check-options.ts'
import type { EncodingOptions } from '../compress/compress-options.ts'
import type { Patience } from '../http/request.ts'
import type { SessionStore } from '../registry/sessions/store.ts'
import type { UploadEvent } from '../registry/upload/upload-options.ts'
import type { PushController, PushSettings } from './control/controller.ts'
import type { PushProgress } from './control/progress.ts'

/** The options of functions that push: progress, control, chunks, retries and resuming. */
export interface PushOptions extends PushSettings, EncodingOptions {
  /** Called with a snapshot whenever a blob's state changes or a request has brought in a chunk. */
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
  /**
   * Ends the push; it rejects with the signal's reason. Requests under way may end first, within 5 s, so that the
   * open uploads can be cancelled at the registry, which may take as long again where it is silent.
   */
  readonly signal?: AbortSignal | undefined
  /** Steers the push while it runs: `createPushController` makes one, for one push. Its own settings go first. */
  readonly controller?: PushController | undefined
  /**
   * Bytes in one request. @default 5 MiB for a blob of no more than that; for a larger one what the link carries in one to two seconds, from 64 KiB to
   *   64 MiB (to 5 MiB where chunks are held in memory), and 512 KiB at first
   */
  readonly chunkSize?: number | undefined
  /**
   * Where uploads under way are kept, so that a later push goes on with them: in another process, or after the page was reloaded. With it, an
   * abort and failures that may pass leave them open at the registry. @default nowhere: they are cancelled
   */
  readonly sessions?: SessionStore | undefined
  /** Called when an upload is tried again, restarts, continues that of an earlier push, or learns a limit of the registry. */
  readonly onEvent?: ((event: UploadEvent) => void) | undefined
  /** How many failures in a row an upload outlives without a byte of progress, and each other request of the push. @default 5 */
  readonly uploadRetry?: number | undefined
  /** The longest wait after the first failure, in milliseconds; it doubles with each further one, up to 30 s. @default 500 */
  readonly uploadRetryDelay?: number | undefined
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
