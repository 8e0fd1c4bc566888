import type { CreateHasher } from '../oci/digest.ts'

/** What every function that reads an archive takes. */
export interface ReadOptions {
  readonly signal?: AbortSignal
  /** The SHA-256 to use. @default hash-wasm; in `./node` the runtime's own, which is several times faster */
  readonly createHasher?: CreateHasher
}

/** Which image of an archive is meant. */
export interface ImageChoice {
  /** One of the image's names as the archive has them, with or without the registry, or its index from 0. Needed only where the archive holds several images. */
  readonly image?: string | number
}
