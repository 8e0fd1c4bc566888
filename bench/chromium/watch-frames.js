/** In milliseconds: 60 in a second. */
const FRAME = 1000 / 60

/**
 * Watches the frames of a page, and those that it misses.
 *
 * @returns {() => { frames: number, droppedFrames: number }} ends that
 */
export function watchFrames() {
  let frames = 0
  let droppedFrames = 0
  let last = performance.now()
  let request = requestAnimationFrame(frame)
  return () => {
    cancelAnimationFrame(request)
    return { frames, droppedFrames }
  }

  /** @param {number} time */
  function frame(time) {
    frames++
    droppedFrames += Math.max(Math.round((time - last) / FRAME) - 1, 0)
    last = time
    request = requestAnimationFrame(frame)
  }
}
