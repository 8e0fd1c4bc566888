import type { Queue } from './queue.ts'

/** Keeps the speed limit of a queue for the next visit. @param key Of the browser's local storage. */
export function keepLimit(
  { $maxBytesPerSecond, limit }: Pick<Queue, '$maxBytesPerSecond' | 'limit'>,
  key: string,
  openStorage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = () => localStorage,
): void {
  // A browser that forbids storage throws. It has no limit then.
  attempt(() => {
    const kept = Number(openStorage().getItem(key))
    if (Number.isSafeInteger(kept) && kept > 0) limit(kept)
  })
  $maxBytesPerSecond.listen((rate) =>
    attempt(() => (rate === undefined ? openStorage().removeItem(key) : openStorage().setItem(key, String(rate)))),
  )
}

function attempt(act: () => void): void {
  try {
    act()
  } catch {
    // Nothing is kept for the next time.
  }
}
