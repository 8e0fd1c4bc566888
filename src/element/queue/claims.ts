/**
 * Which tab has which entry. A tab claims an entry before it opens its file, and keeps the claim until it has pushed or
 * removed the entry, or until it is closed.
 */
export interface Claims {
  /** Claims a new entry, which no other tab knows. */
  take(id: string): void
  /** @returns false if another tab has the entry */
  claim(id: string): Promise<boolean>
  release(id: string): void
  /** Tells whether this tab has the entry. */
  isMine(id: string): boolean
  /** Tells whether another tab has the entry. */
  isTaken(id: string): Promise<boolean>
  /** Calls `onFree` once, when no other tab has the entry any more. */
  watch(id: string, onFree: () => void): void
}

/** The part of a `BroadcastChannel` that tabs use. */
export interface Channel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
}

/** For a queue of one tab. */
export const noClaims: Claims = {
  take: () => undefined,
  claim: async () => true,
  release: () => undefined,
  isMine: () => true,
  isTaken: async () => false,
  watch: () => undefined,
}
