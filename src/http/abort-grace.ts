import { onAbort } from '../async/abort.ts'

/**
 * Passes an abort on after a while: what is under way may end first.
 *
 * @param grace In milliseconds.
 * @returns the later signal, and what ends the waiting for it
 */
export function withGrace(
  signal: AbortSignal | undefined,
  grace: number,
): { readonly signal: AbortSignal | undefined; stop(): void } {
  if (!signal || grace === 0) return { signal, stop() {} }
  const later = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const leave = onAbort(signal, () => {
    timer = setTimeout(() => later.abort(signal.reason), grace)
  })
  return {
    signal: later.signal,
    stop() {
      clearTimeout(timer)
      leave()
    },
  }
}
