import { onAbort } from './abort.ts'

/**
 * Passes an abort on after a while: what is under way may end first. If the signal has aborted before, the time begins
 * now.
 *
 * @param grace In milliseconds.
 * @returns the later signal, and a function that ends the wait for it
 */
export function withGrace(
  signal: AbortSignal | undefined,
  grace: number,
): { readonly signal: AbortSignal | undefined; stop(): void } {
  if (!signal || grace === 0) return { signal, stop() {} }
  const later = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const begin = () => {
    timer = setTimeout(() => later.abort(signal.reason), grace)
  }
  if (signal.aborted) begin()
  const leave = onAbort(signal, begin)
  return {
    signal: later.signal,
    stop() {
      clearTimeout(timer)
      leave()
    },
  }
}
