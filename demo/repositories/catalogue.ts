import { atom, type ReadableAtom } from 'nanostores'
import { type Fault, isAbort, toFault } from '../../src/element/words/fault.ts'

/** The repositories of a registry, as far as they are known. */
interface CatalogueState {
  readonly names: readonly string[]
  readonly isLoading: boolean
  readonly fault: Fault | undefined
}

/** Lists the repositories of a registry, portion by portion. */
type ListNames = (onPortion: (names: readonly string[]) => void, signal: AbortSignal) => Promise<void>

/** The list of a registry's repositories. It stays when the view goes, so that the way back is short. */
interface Catalogue {
  readonly $state: ReadableAtom<CatalogueState>
  /** Lists the repositories again. What was there stays until all are listed. */
  load(): Promise<void>
  stop(): void
}

function createCatalogue(list: ListNames): Catalogue {
  const $state = atom<CatalogueState>({ names: [], isLoading: false, fault: undefined })
  let current: AbortController | undefined

  async function load(): Promise<void> {
    current?.abort()
    const controller = new AbortController()
    current = controller
    const { signal } = controller
    const before = $state.get().names
    const found: string[] = []
    $state.set({ names: before, isLoading: true, fault: undefined })
    const fault = await list((portion) => {
      if (signal.aborted) return
      found.push(...portion)
      if (found.length > before.length) $state.set({ names: [...found], isLoading: true, fault: undefined })
    }, signal).then(() => undefined, toFault)
    if (current !== controller) return
    const isCut = fault !== undefined && found.length < before.length
    const names = isCut ? before : [...found]
    $state.set({ names, isLoading: false, fault: fault && isAbort(fault) ? undefined : fault })
  }

  return { $state, load, stop: () => current?.abort() }
}

let last: { readonly key: string; readonly catalogue: Catalogue } | undefined

/**
 * The list of a registry: the last one again, if it is that.
 *
 * @param key Names the registry, and who looks at it.
 */
export function catalogueOf(key: string, list: ListNames): Catalogue {
  if (last?.key !== key) last = { key, catalogue: createCatalogue(list) }
  return last.catalogue
}

/** Statuses of registries that do not give the list of their repositories: to nobody, or not to this user. */
const UNLISTED = [401, 403, 404, 405, 406, 501]

/** Tells whether a registry answers, but keeps its list to itself. */
export function isUnlisted(fault: Fault | undefined): boolean {
  return fault?.name === 'ResponseError' && UNLISTED.includes(fault.status ?? 0)
}
