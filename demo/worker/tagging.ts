import { getDigest, ResponseError, type RetaggedImage, retagImage } from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'

/** A name, and what it points at. */
export interface TagTarget {
  readonly tag: string
  /** The digest that it names. `undefined` if the tag does not exist. */
  readonly digest?: string
}

/** Looks at tags, and moves them. */
export function createTagging(session: Session) {
  return {
    /** Finds what tags, or digests, name now. */
    look(
      registry: string,
      repository: string,
      tags: readonly string[],
      signal: AbortSignal,
    ): Promise<readonly TagTarget[]> {
      return session.use(registry, (handle) =>
        Promise.all(
          tags.map(async (tag) => {
            try {
              return { tag, digest: await getDigest(handle, repository, tag, { signal }) }
            } catch (error) {
              if (error instanceof ResponseError && error.status === 404) return { tag }
              throw error
            }
          }),
        ),
      )
    },

    /** Points tags at an image of the repository. */
    retag(
      registry: string,
      repository: string,
      from: string,
      tags: readonly string[],
      signal: AbortSignal,
    ): Promise<RetaggedImage> {
      return session.use(registry, (handle) => retagImage(handle, repository, from, tags, { signal }))
    },
  }
}
