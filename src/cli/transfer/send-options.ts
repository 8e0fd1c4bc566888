import { folderSessions, type Hashing } from '../../node/index.ts'
import type { Context } from '../context/context.ts'

/** The flags of commands that send images to a registry. */
export interface SendFlags {
  readonly concurrency?: number | undefined
  /** In bytes per second. */
  readonly limitRate?: number | undefined
  readonly verify?: true | undefined
  readonly hashing?: Hashing | undefined
  readonly resume?: true | undefined
}

/** Makes the SDK's options for sending. With `--resume`, unfinished uploads stay at the registry. */
export function sendOptions(context: Context, { concurrency, limitRate, verify, hashing, resume }: SendFlags) {
  const { signal, onWarning, showProgress } = context
  if (resume) {
    context.onInterrupt(() => 'The registry keeps the unfinished uploads. Run the same command again to continue.')
  }
  return {
    signal,
    onWarning,
    onProgress: showProgress,
    concurrency,
    maxBytesPerSecond: limitRate,
    verify,
    hashing,
    ...(resume && { sessions: folderSessions() }),
  }
}
