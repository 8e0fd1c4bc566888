import { untilAborted } from './abort.ts'

/** In milliseconds: timers cannot count longer. */
export const MAX_TIMEOUT = 2 ** 31 - 1

/** Waits. An abort ends the wait with the signal's reason. */
export async function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  try {
    await untilAborted(over, signal)
  } finally {
    clearTimeout(timer)
  }
}
