import { atom } from 'nanostores'

/** The progress of the running work, for a user in another tab: `42 %`. The title of the page begins with it. */
export const $activity = atom<string | undefined>()
