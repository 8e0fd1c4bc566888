/**
 * The network as one push measures it. All its uploads share it, so each learns how large a chunk should be from all.
 */
export interface Link {
  /** Bytes that one of the uploads under way should send in its next request. */
  readonly chunkSize: number
  /** Milliseconds of a request that are not the time of its bytes; 0 while nothing is known. */
  readonly fixedTime: number
  /**
   * Counts an upload among those that share the link.
   *
   * @param bytes Its size. A small one takes no part.
   * @returns what ends that
   */
  join(bytes: number): () => void
  /** Learns from a request that brought in bytes of a blob. */
  learn(request: { readonly bytes: number; readonly milliseconds: number; readonly isClosing: boolean }): void
}

const KIB = 1024
const MIB = 1024 * KIB
/** Bytes that all uploads together send first, until one request has measured the link. */
const FIRST = 512 * KIB
/** Bytes in a chunk. Smaller ones cost more in requests than they gain in smoothness. */
const LEAST = 64 * KIB
/** Bytes in a chunk. Larger ones save nothing. */
const MOST = 64 * MIB
/**
 * How long a chunk should be under way, in milliseconds. A page shows progress so often, and a reload loses so much.
 */
const GOAL = 1200
/**
 * The longest that is worth fewer requests: where a chunk has more than `FAST` bytes, or nothing else uses the link
 * while an upload waits for answers.
 */
const LONG_GOAL = 2000
const FAST = 8 * MIB
/**
 * A chunk is at most so many times as large as one that went well, or has at most `LEAP` bytes: a proxy may refuse it
 * for its size.
 */
const GROWTH = 16
const LEAP = 4 * MIB

/** A request that brought in bytes of a blob. */
interface Sent {
  readonly bytes: number
  readonly milliseconds: number
}

/**
 * Sizes chunks by time. A request takes the time of its bytes and a fixed time, such as the round trip and what the
 * registry does with them. Where the fixed time is long, chunks take longer, so that at least half of it is that of
 * bytes.
 */
export function createLink(): Link {
  let members = 0
  let shortest: Sent | undefined
  /** In milliseconds. Known once there were two requests of different sizes. */
  let fixed: number | undefined
  /** Bytes that all uploads together should have under way. */
  let total: number | undefined

  const share = () => Math.max(members, 1)
  const current = () => Math.min(Math.max(Math.floor((total ?? FIRST) / share()), LEAST), MOST)

  /** In milliseconds. */
  function goalAfter({ bytes, milliseconds }: Sent): number {
    const goal = bytes * GOAL > FAST * milliseconds ? LONG_GOAL : GOAL
    // Only other sizes tell a slow link from a slow registry: smaller ones first, since a page waits for progress.
    if (fixed === undefined && milliseconds > goal) return milliseconds * (bytes > 1.4 * LEAST ? 0.7 : 1.4)
    const waits = fixed ?? 0
    const alone = members > 1 ? 0 : Math.min(GOAL + 1.5 * waits, LONG_GOAL)
    return Math.max(goal, alone, 2 * waits)
  }

  return {
    get chunkSize() {
      return current()
    },
    get fixedTime() {
      return fixed ?? 0
    },
    join(bytes) {
      if (bytes <= LEAST) return () => undefined
      members++
      return () => void members--
    },
    learn({ bytes, milliseconds, isClosing }) {
      const sent = { bytes, milliseconds: Math.max(milliseconds, 1) }
      fixed = commonTime(shortest, sent) ?? fixed
      if (!shortest || sent.milliseconds <= shortest.milliseconds) shortest = sent
      // So few bytes measure the fixed time alone.
      if (bytes < LEAST) return
      const wanted = (bytes * goalAfter(sent)) / sent.milliseconds
      const next = Math.min(wanted, Math.max(bytes * GROWTH, LEAP))
      // The time of a small request is mostly the fixed one, and a registry takes its time to close an upload: both say
      // only what is too little.
      const isFair = bytes >= current() / 2 && !isClosing
      if (isFair || next > current()) total = next * share()
    },
  }
}

/**
 * In milliseconds: what two requests have in common, if time grows evenly with bytes. Nothing can be said of two that
 * are about as large.
 */
function commonTime(one: Sent | undefined, other: Sent): number | undefined {
  if (!one) return undefined
  const [small, large] = one.bytes < other.bytes ? [one, other] : [other, one]
  if (large.bytes < 1.3 * small.bytes) return undefined
  const perByte = Math.max((large.milliseconds - small.milliseconds) / (large.bytes - small.bytes), 0)
  return Math.max(small.milliseconds - small.bytes * perByte, 0)
}
