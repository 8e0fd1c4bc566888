import { fixed } from '../../async/semaphore.ts'

/** The number of blobs that are read and written at once. */
export const BLOBS_AT_ONCE = fixed(6)
