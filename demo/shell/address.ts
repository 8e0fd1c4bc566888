import { createRouter } from '@nanostores/router'
import { computed } from 'nanostores'

/** The views that have an address of their own. */
const VIEWS = ['push', 'build', 'compare', 'doctor', 'registries'] as const

/** A view. Without one of its own, an address shows what it names: a registry, a repository or an image. */
export type View = (typeof VIEWS)[number] | 'browse'

/** A place in the page: all of it is in the query of its address, so that it works on any static host. */
export interface Place {
  /** @default browse */
  readonly view?: (typeof VIEWS)[number] | undefined
  /** The address of a registry, as the user typed it. */
  readonly registry?: string | undefined
  readonly repository?: string | undefined
  /** A tag or a digest. */
  readonly reference?: string | undefined
  /** The platform of an image, or another part of the view. */
  readonly part?: string | undefined
  /** A second image, to compare: `repository:tag` or `repository@digest`. */
  readonly with?: string | undefined
  /** The filter of a list. */
  readonly filter?: string | undefined
  /** The order of a list. */
  readonly order?: string | undefined
}

const NAMES = ['view', 'registry', 'repository', 'reference', 'part', 'with', 'filter', 'order'] as const

const router = createRouter({ page: /^/ }, { search: true })

/** The place that is shown. */
export const $place = computed(router, (page): Place => {
  const { search = {} } = page ?? {}
  const given = Object.fromEntries(NAMES.flatMap((name) => (search[name] ? [[name, search[name]]] : [])))
  const view = VIEWS.find((view) => view === given.view)
  return { ...given, view }
})

/** The address of a place, for `href`. */
export function addressOf(place: Place): string {
  const query = new URLSearchParams(NAMES.flatMap((name) => (place[name] ? [[name, place[name]]] : [])))
  return `?${query}`
}

/** Goes to a place, as a click on its link does. */
export function goTo(place: Place, { replace = false } = {}): void {
  router.open(location.pathname + addressOf(place), replace)
}
