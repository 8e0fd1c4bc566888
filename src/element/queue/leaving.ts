import type { ReadableAtom } from 'nanostores'
import type { Entry, EntryState } from './entry.ts'

const UNDER_WAY: readonly EntryState[] = ['waiting', 'pushing', 'paused']

/** Has the browser ask before the page is left, only while one of its entries is under way. */
export function askBeforeLeaving($entries: ReadableAtom<readonly Entry[]>): void {
  addEventListener('beforeunload', (event) => {
    const isUnderWay = $entries.get().some(({ $shown }) => {
      const { state, isElsewhere } = $shown.get()
      return UNDER_WAY.includes(state) && !isElsewhere
    })
    if (isUnderWay) event.preventDefault()
  })
}
