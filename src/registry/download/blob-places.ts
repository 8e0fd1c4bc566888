import type { Source } from '../../source/source.ts'
import type { BlobPlace } from './lost-content.ts'

/** The places of the blobs that were opened, as long as their sources are used. */
const places = new WeakMap<Source, BlobPlace>()

/** Notes where the bytes of a source are, so that a push to the same registry mounts the blob instead of reading it. */
export function notePlace(source: Source, place: BlobPlace): Source {
  places.set(source, place)
  return source
}

/** Returns the place of a blob of a registry; `undefined` for other sources. */
export function placeOf(source: Source): BlobPlace | undefined {
  return places.get(source)
}
