/** In milliseconds: 60 in a second. */
const FRAME = 1000 / 60
const INTERVAL = 50

/**
 * Watches how a page fares: its JS heap, and the frames that it misses.
 *
 * @returns {() => { heapBytes: number, frames: number, droppedFrames: number }} ends that
 */
export function watchPage() {
  let frames = 0
  let droppedFrames = 0
  let last = performance.now()
  let heapBytes = heapSize()
  const look = setInterval(() => {
    heapBytes = Math.max(heapBytes, heapSize())
  }, INTERVAL)
  let request = requestAnimationFrame(frame)
  return () => {
    clearInterval(look)
    cancelAnimationFrame(request)
    return { heapBytes: Math.max(heapBytes, heapSize()), frames, droppedFrames }
  }

  /** @param {number} time */
  function frame(time) {
    frames++
    droppedFrames += Math.max(Math.round((time - last) / FRAME) - 1, 0)
    last = time
    request = requestAnimationFrame(frame)
  }
}

/** Chromium alone tells it, and exactly if it is started so. */
function heapSize() {
  const { memory } = /** @type {Performance & { memory?: { usedJSHeapSize: number } }} */ (performance)
  return memory?.usedJSHeapSize ?? 0
}
