import type { PushedTag } from '../worker/pushes.ts'

/** A pushed tag, with the registry that has it now. */
export interface PushedImage extends PushedTag {
  /** The base URL of the registry. */
  readonly registry: string
}

/** Returns the address of a page that shows an image, if there is one. */
export type LinkToImage = (image: PushedImage) => string | undefined

/** Returns the line that pulls an image, or nothing if no tool can pull it. */
export type PullCommand = (image: PushedImage) => string | undefined
