import { createSemaphore, fixed } from '../../async/semaphore.ts'
import type { Digest } from '../../oci/digest.ts'

/** Manifests that are read before their turn, of each list and in all. */
const AHEAD = 8

/** A list of manifests, and how far it is read. */
interface Expected {
  readonly digests: readonly Digest[]
  started: number
  reached: number
}

/** Reads manifests before they are asked for, so that several requests are under way at once. */
interface ReadAhead {
  /** Notes the manifests that will be asked for, in their order. */
  expect(digests: readonly Digest[]): void
  /** Notes that a manifest is asked for now. The next ones of its list are read. */
  reach(digest: Digest): void
}

/**
 * Makes a reader that is at most a few manifests ahead of the caller, however long the list is. So limits and the first
 * error stop the reading, and do not depend on which answer comes first.
 *
 * @param read Reads a manifest and keeps the result, or the failure, for the caller.
 */
export function createReadAhead(read: (digest: Digest) => Promise<unknown>, signal: AbortSignal): ReadAhead {
  const permit = createSemaphore(fixed(AHEAD))
  const lists = new Map<Digest, Expected>()
  const reached = new Set<Digest>()

  async function start(digest: Digest): Promise<void> {
    const release = await permit(signal)
    // The caller may have asked for it during the wait.
    if (!reached.has(digest)) await read(digest).catch(() => undefined)
    release()
  }

  function advance(list: Expected): void {
    const end = Math.min(list.digests.length, list.reached + AHEAD)
    while (list.started < end) start(list.digests[list.started++] as Digest).catch(() => undefined)
  }

  return {
    expect(given) {
      const digests = [...new Set(given)].filter((digest) => !lists.has(digest) && !reached.has(digest))
      const list = { digests, started: 0, reached: 0 }
      for (const digest of digests) lists.set(digest, list)
      advance(list)
    },
    reach(digest) {
      const list = lists.get(digest)
      if (reached.has(digest)) return
      reached.add(digest)
      if (!list) return
      list.reached++
      advance(list)
    },
  }
}
