import { browserSessions, type CopiedImage, copyImage, type PushPlan, planCopy } from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'
import type { OnTransfer, Transfers } from './transfers.ts'

/** An image to copy. */
export interface CopyFrom {
  /** The address of the registry, as the user typed it. */
  readonly registry: string
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
}

/** The place that an image is copied to. */
export interface CopyTo {
  readonly registry: string
  readonly repository: string
  readonly tags: readonly string[]
}

/** Copies images between repositories and registries. Both registries may ask for a sign-in. */
export function createCopying(session: Session, transfers: Transfers) {
  return {
    /** Compares an image with its destination, and changes nothing there. */
    plan(from: CopyFrom, to: CopyTo, signal: AbortSignal): Promise<PushPlan> {
      return session.use(from.registry, (source) =>
        session.use(to.registry, (target) =>
          planCopy({ ...from, registry: source }, { ...to, registry: target }, { signal }),
        ),
      )
    },

    /** @param id Names the copy, so that the page can pause it. */
    copy(id: string, from: CopyFrom, to: CopyTo, onProgress: OnTransfer, signal: AbortSignal): Promise<CopiedImage> {
      return session.use(from.registry, (source) =>
        session.use(to.registry, (target) =>
          transfers.run(id, onProgress, (controller) =>
            copyImage(
              { ...from, registry: source },
              { ...to, registry: target },
              { controller, signal, sessions: browserSessions() },
            ),
          ),
        ),
      )
    },
  }
}
