import {
  type Archive,
  type ArchiveInput,
  browserSessions,
  createPushController,
  executePush,
  type OpenProgress,
  openArchive,
  type PlanOptions,
  type PushController,
  type PushPlan,
  type PushProgress,
  planPush,
  type UploadEvent,
} from '../../index.ts'
import { type DescribedImage, describeImage } from './described-image.ts'
import type { Session } from './session.ts'

/** An open archive, as plain data. */
export interface OpenedArchive {
  /** Its number in this Worker. */
  readonly id: number
  readonly images: readonly DescribedImage[]
  /** Texts of the SDK about things that are odd, but do no harm. */
  readonly warnings: readonly string[]
}

/** One image, and the place to push it to. */
export interface PushRequest extends Pick<PlanOptions, 'platform' | 'platforms'> {
  /** The number of the open archive. */
  readonly archive: number
  /** The position of the image in the archive, from 0. */
  readonly image: number
  /** The address of the registry, as the user typed it. */
  readonly registry: string
  readonly repository: string
  readonly tags: readonly string[]
}

/** The listeners of a push. */
export interface PushListener {
  onProgress(progress: PushProgress): void
  onEvent(kind: UploadEvent['kind']): void
}

export interface Pushed {
  /** Of the manifest or index that the tags name. */
  readonly digest: string
  /** The base URL of the registry. */
  readonly url: string
}

/** Reads archives and pushes their images, away from the thread of the page. */
export function createPushes(session: Session) {
  const archives = new Map<number, Archive>()
  const controllers = new Map<string, PushController>()
  let count = 0

  function archiveOf({ archive: id }: PushRequest): Archive {
    const archive = archives.get(id)
    if (!archive) throw new TypeError(`Cannot push: archive ${id} is not open`)
    return archive
  }

  return {
    /** Opens an archive: reads headers and small JSON, however large it is, unless it has to be unpacked. */
    async open(
      input: ArchiveInput,
      onProgress: (progress: OpenProgress) => void,
      signal: AbortSignal,
    ): Promise<OpenedArchive> {
      const archive = await openArchive(input, { signal, onOpenProgress: onProgress })
      const images = await Promise.all(archive.images.map((image, position) => describeImage(archive, image, position)))
      const id = count++
      archives.set(id, archive)
      return { id, images, warnings: archive.warnings }
    },

    /** Closes an archive, and removes what was unpacked of it. */
    async close(id: number): Promise<void> {
      const archive = archives.get(id)
      archives.delete(id)
      await archive?.close()
    },

    /** Compares an image with the registry, and changes nothing there. */
    plan(request: PushRequest, signal: AbortSignal): Promise<PushPlan> {
      const { images } = archiveOf(request)
      return session.use(request.registry, (registry) => planPush(images, registry, planOptions(request, signal)))
    },

    /**
     * Pushes one image.
     *
     * @param id Names the push for `pause`, `resume`, `cancel` and `limit`.
     */
    push(id: string, request: PushRequest, listener: PushListener): Promise<Pushed> {
      const { images } = archiveOf(request)
      return session.use(request.registry, async (registry) => {
        const controller = createPushController()
        controllers.set(id, controller)
        try {
          const plan = await planPush(images, registry, planOptions(request, controller.signal))
          await executePush(plan, images, registry, {
            controller,
            sessions: browserSessions(),
            onProgress: (progress) => listener.onProgress(progress),
            onEvent: ({ kind }) => listener.onEvent(kind),
          })
          return { digest: plan.tags[0]?.digest ?? '', url: registry.url }
        } finally {
          controllers.delete(id)
        }
      })
    },

    pause: (id: string) => controllers.get(id)?.pause(),
    resume: (id: string) => controllers.get(id)?.resume(),
    cancel: (id: string) => controllers.get(id)?.abort(),
  }
}

function planOptions({ image, repository, tags, platform, platforms }: PushRequest, signal: AbortSignal): PlanOptions {
  return { images: [image], repository, tags, platform, platforms, signal }
}
