import {
  type Archive,
  type ArchiveInput,
  browserSessions,
  createPushController,
  executePush,
  type Image,
  type OpenProgress,
  openArchive,
  type PlanOptions,
  type PushController,
  type PushPlan,
  type PushProgress,
  parseRepositoryTag,
  planPush,
  type Registry,
  selectPlatforms,
  type UploadEvent,
} from '../../index.ts'
import { type Fault, toFault } from '../words/fault.ts'
import type { Api } from './api.ts'
import { type DescribedImage, describeImage } from './described-image.ts'
import type { Session } from './session.ts'
import { withProgress } from './with-progress.ts'

/** An open archive, as plain data. */
export interface OpenedArchive {
  /** Its number in this Worker. */
  readonly id: number
  readonly images: readonly DescribedImage[]
  /** Texts of the SDK about anything that is unusual, but harmless. */
  readonly warnings: readonly string[]
}

/** Images of an archive, and the places to push them to. */
export interface PushRequest {
  /** The number of the open archive. */
  readonly archive: number
  /** The address of the registry, as the user typed it. */
  readonly registry: string
  readonly images: readonly ImageRequest[]
}

export interface ImageRequest {
  /** The position of the image in the archive, from 0. */
  readonly position: number
  readonly destinations: ReadonlyArray<{ readonly repository: string; readonly tags: readonly string[] }>
  /** One platform is pushed as a single image, several as a new index. @default as `docker push` does it */
  readonly platforms?: readonly string[] | undefined
}

/** An event of an upload, with its error as plain data. */
export type PushEvent = Without<UploadEvent, 'error'> & { readonly fault?: Fault }

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** The listeners of a push. */
export interface PushListener {
  onProgress(progress: PushProgress): void
  onEvent(event: PushEvent): void
}

export interface Pushed {
  /** The base URL of the registry. */
  readonly url: string
  /** In the order of the request. */
  readonly tags: readonly PushedTag[]
}

export interface PushedTag {
  readonly repository: string
  readonly tag: string
  /** Of the manifest or index that it names. */
  readonly digest: string
}

/** The pushes of the Worker, seen from the page. */
export type PushApi = Api<ReturnType<typeof createPushes>>

/** A push that runs. */
interface RunningPush {
  readonly aborting: AbortController
  controller: PushController
}

/** Reads archives and pushes their images, away from the thread of the page. */
export function createPushes(session: Session) {
  const archives = new Map<number, Archive>()
  const running = new Map<string, RunningPush>()
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

    /** Compares images with the registry, and changes nothing there. */
    plan(request: PushRequest, signal: AbortSignal): Promise<PushPlan> {
      const { images } = archiveOf(request)
      return session.use(request.registry, async (registry) => {
        const named = await nameImages(images, request, registry)
        return planPush(named, registry, { ...chosen(request), signal })
      })
    },

    /**
     * Pushes images of one archive.
     *
     * @param id Names the push for `pause`, `resume`, `cancel` and `limit`.
     * @param maxBytesPerSecond Of all its requests together.
     */
    async push(id: string, request: PushRequest, listener: PushListener, maxBytesPerSecond?: number): Promise<Pushed> {
      const aborting = new AbortController()
      const { signal } = aborting
      const push: RunningPush = { aborting, controller: createPushController({ maxBytesPerSecond }) }
      running.set(id, push)
      try {
        const { images } = archiveOf(request)
        return await session.use(request.registry, async (registry) => {
          const controller = createControllerAs(push.controller)
          push.controller = controller
          const named = await nameImages(images, request, registry)
          const plan = await planPush(named, registry, { ...chosen(request), signal })
          await withProgress(controller, listener.onProgress, () =>
            executePush(plan, named, registry, {
              controller,
              signal,
              sessions: browserSessions(),
              onEvent: (event) => listener.onEvent(toPushEvent(event)),
            }),
          )
          return { url: registry.url, tags: plan.tags }
        })
      } finally {
        running.delete(id)
      }
    },

    pause: (id: string) => running.get(id)?.controller.pause(),
    resume: (id: string) => running.get(id)?.controller.resume(),
    cancel: (id: string) => running.get(id)?.aborting.abort(),
    /** @param maxBytesPerSecond Without it there is no limit. */
    limit(id: string, maxBytesPerSecond?: number): void {
      const push = running.get(id)
      if (push) push.controller.maxBytesPerSecond = maxBytesPerSecond
    },
  }
}

/** A controller is for one attempt. The next one, after a sign-in, has its settings. */
function createControllerAs({ isPaused, maxBytesPerSecond }: PushController): PushController {
  const controller = createPushController({ maxBytesPerSecond })
  if (isPaused) controller.pause()
  return controller
}

function toPushEvent(event: UploadEvent): PushEvent {
  if (!('error' in event)) return event
  const { error, ...rest } = event
  return { ...rest, fault: toFault(error) }
}

/** Gives the images of a request the names that they are pushed by. The others stay: some are about these. */
async function nameImages(
  images: readonly Image[],
  request: PushRequest,
  registry: Registry,
): Promise<readonly Image[]> {
  const { host } = new URL(registry.url)
  const named = [...images]
  for (const { position, destinations, platforms } of request.images) {
    const image = images[position]
    if (!image) throw new TypeError(`Cannot push: the archive has no image ${position}`)
    const [only, ...others] = platforms ?? []
    const selected =
      only === undefined ? image : await selectPlatforms(image, others.length > 0 ? [only, ...others] : only)
    named[position] = {
      ...selected,
      names: destinations.flatMap((destination) => namesOf(destination, host)),
      tags: [],
    }
  }
  return named
}

/**
 * Makes names of a destination. Planning drops a registry in front, so there is one: `localhost`. Without it, the first
 * part of `my.team/app` would be dropped.
 *
 * @throws {ValidationError} if a name is not valid
 */
function namesOf({ repository, tags }: ImageRequest['destinations'][number], host: string): readonly string[] {
  const path = repository.startsWith(`${host}/`) ? repository.slice(host.length + 1) : repository
  return tags.map((tag) => {
    parseRepositoryTag(`${path}:${tag}`)
    const name = `localhost/${path}:${tag}`
    parseRepositoryTag(name)
    return name
  })
}

function chosen({ images }: PushRequest): Pick<PlanOptions, 'images'> {
  return { images: images.map(({ position }) => position) }
}
