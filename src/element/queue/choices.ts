import type { DescribedImage } from '../worker/described-image.ts'
import type { ImageRequest } from '../worker/pushes.ts'

/** A repository, and the tags to set there. */
export interface Destination {
  readonly repository: string
  readonly tags: readonly string[]
}

/** Says whether an image of an archive is pushed, and as what. */
export interface ImageChoice {
  /** Which one it is in its archive, from 0. */
  readonly position: number
  readonly isIncluded: boolean
  /** At least one. */
  readonly destinations: readonly Destination[]
  /**
   * The platforms of a multi-platform image: one as a single image, several as a new index. Absent: as `docker push`
   * does it.
   */
  readonly platforms?: readonly string[] | undefined
}

/** Chooses what an image is pushed as, before the user does: by all its names. */
export function chooseByNames(image: DescribedImage): ImageChoice {
  const { position, destination, platforms, missing, isReferrer } = image
  const named = groupByRepository(image.places)
  return {
    position,
    // It goes with the image that it is about.
    isIncluded: !isReferrer,
    destinations:
      named.length > 0 ? named : [{ repository: destination.repository, tags: [destination.tag || 'latest'] }],
    // Docker refuses an index of which some platforms are missing. Those that are there are what the user has.
    ...(missing.length > 0 && platforms.length > 1 && { platforms }),
  }
}

/** @param places `team/app:v1` */
function groupByRepository(places: readonly string[]): readonly Destination[] {
  const groups = new Map<string, string[]>()
  for (const place of places) {
    const colon = place.lastIndexOf(':')
    const tags = groups.get(place.slice(0, colon)) ?? []
    groups.set(place.slice(0, colon), [...tags, place.slice(colon + 1)])
  }
  return [...groups].map(([repository, tags]) => ({ repository, tags }))
}

/** Says to the Worker what is chosen. Spaces at the ends of names are dropped. */
export function toImageRequests(choices: readonly ImageChoice[]): readonly ImageRequest[] {
  return choices
    .filter(({ isIncluded }) => isIncluded)
    .map(({ position, destinations, platforms }) => ({
      position,
      destinations: destinations.map(({ repository, tags }) => ({
        repository: repository.trim(),
        tags: tags.map((tag) => tag.trim()),
      })),
      platforms,
    }))
}
