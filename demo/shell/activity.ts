import { atom } from 'nanostores'

/** A word about what is under way, for who looks at another tab: `42 %`. The title of the page begins with it. */
export const $activity = atom<string | undefined>()
