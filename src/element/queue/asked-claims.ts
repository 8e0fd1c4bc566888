import type { Channel, Claims } from './claims.ts'

/** A message between tabs about who has an entry. */
type Message =
  | { readonly kind: 'ask'; readonly id: string; readonly tab: number; readonly isClaim: boolean }
  | { readonly kind: 'mine'; readonly id: string; readonly tab: number }
  | { readonly kind: 'free'; readonly id: string }

interface AskedClaims extends Claims {
  /** Releases all entries: the tab closes. */
  releaseAll(): void
}

/**
 * Claims without Web Locks, which plain http lacks: a tab asks the others, and takes an entry if none of them answers
 * in time. A tab that has crashed does not answer.
 *
 * @param patience The time for an answer, in milliseconds. Tabs in the background answer too: messages are not delayed
 *   as timers are.
 */
export function createAskedClaims(channel: Channel, patience = 500): AskedClaims {
  const own = new Set<string>()
  const watched = new Map<string, () => void>()
  /** The answers that are waited for. */
  const asked = new Map<string, (isTaken: boolean) => void>()
  const claiming = new Set<string>()
  const tab = Math.random()
  const post = (message: Message) => channel.postMessage(message)

  channel.addEventListener('message', ({ data }) => {
    const message = data as Message
    if (message.kind === 'ask') {
      // Of two tabs that claim an entry at once, one is the first by its number.
      const isMine = own.has(message.id) || (message.isClaim && claiming.has(message.id) && tab < message.tab)
      if (isMine) post({ kind: 'mine', id: message.id, tab })
    } else if (message.kind === 'mine') {
      if (message.tab !== tab) asked.get(message.id)?.(true)
    } else if (message.kind === 'free') {
      free(message.id)
    }
  })

  function free(id: string): void {
    const onFree = watched.get(id)
    watched.delete(id)
    onFree?.()
  }

  /** Asks the other tabs whether one of them has an entry. */
  async function isTaken(id: string, isClaim = false): Promise<boolean> {
    if (own.has(id)) return false
    const before = asked.get(id)
    const answer = new Promise<boolean>((resolve) => {
      asked.set(id, (isTaken) => {
        before?.(isTaken)
        resolve(isTaken)
      })
      setTimeout(resolve, patience, false)
    })
    post({ kind: 'ask', id, tab, isClaim })
    return answer
  }

  function release(id: string): void {
    if (own.delete(id)) post({ kind: 'free', id })
  }

  return {
    take: (id) => void own.add(id),
    async claim(id) {
      if (own.has(id)) return true
      claiming.add(id)
      const isFree = !(await isTaken(id, true))
      claiming.delete(id)
      if (isFree) own.add(id)
      return isFree
    },
    release,
    isMine: (id) => own.has(id),
    releaseAll: () => [...own].forEach(release),
    isTaken: (id) => isTaken(id),
    watch(id, onFree) {
      watched.set(id, onFree)
      const ask = async () => {
        if (!watched.has(id)) return
        if (await isTaken(id)) setTimeout(ask, patience)
        else free(id)
      }
      setTimeout(ask, patience)
    },
  }
}
