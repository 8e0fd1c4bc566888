import type { CopiedTag } from '../../node/index.ts'
import type { Result } from '../context/result.ts'
import { formatPlace, hostOf, type Place } from '../input/place.ts'

/** An image at its destination. */
type SentImage = Place & Partial<Pick<CopiedTag, 'outcome'>>

/** Describes images that were sent: by their references, one a line. The document also has their outcomes. */
export function describeSent(sent: readonly SentImage[]): Result {
  const images = sent.map((image) => {
    const { outcome, ...place } = image
    return { reference: formatPlace(place), ...place, registry: hostOf(place.registry), ...(outcome && { outcome }) }
  })
  return {
    json: { images },
    lines: images.map(({ reference }) => reference),
  }
}
