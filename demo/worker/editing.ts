import {
  browserSessions,
  type Digest,
  editImage,
  formatPlatform,
  type Image,
  type ImageConfig,
  type ImageEdits,
  openImage,
  pushImage,
  runnableImages,
} from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'
import type { CopyFrom } from './copying.ts'
import type { OnTransfer, Transfers } from './transfers.ts'

/** The settings of an image: how a container of it runs, and its labels. */
export interface ImageSettings
  extends Pick<ImageConfig, 'entrypoint' | 'cmd' | 'env' | 'labels' | 'user' | 'workingDir'> {
  readonly digest: Digest
  /** Several of a multi-platform image, whose first gives the settings. Empty for what does not run. */
  readonly platforms: readonly string[]
  readonly exposedPorts: readonly string[]
}

/** An image with other settings, before it is pushed. */
export interface EditedImage {
  readonly digest: Digest
  /** Texts of the SDK: the signatures and attestations that are left out. */
  readonly warnings: readonly string[]
}

/** Changes the settings of images. No layer is read or sent. */
export function createEditing(session: Session, transfers: Transfers) {
  return {
    /** Reads the settings of an image. */
    settings({ registry, repository, reference }: CopyFrom, signal: AbortSignal): Promise<ImageSettings> {
      return session.use(registry, async (handle) =>
        settingsOf(await openImage(handle, repository, reference, { signal })),
      )
    },

    /** Makes the changed image, and changes nothing in the registry. */
    preview(
      { registry, repository, reference }: CopyFrom,
      edits: ImageEdits,
      signal: AbortSignal,
    ): Promise<EditedImage> {
      return session.use(registry, async (handle) => {
        const warnings: string[] = []
        const image = await openImage(handle, repository, reference, { signal })
        const edited = await editImage(image, edits, { signal, onWarning: (text) => warnings.push(text) })
        return { digest: edited.manifest.digest, warnings }
      })
    },

    /**
     * Pushes the changed image into its repository.
     *
     * @param id Names the push, so that the page can pause it.
     */
    push(
      id: string,
      { registry, repository, reference }: CopyFrom,
      edits: ImageEdits,
      tags: readonly string[],
      onProgress: OnTransfer,
      signal: AbortSignal,
    ): Promise<Digest> {
      return session.use(registry, (handle) =>
        transfers.run(id, onProgress, async (controller) => {
          const image = await openImage(handle, repository, reference, { signal })
          const edited = await editImage(image, edits, { signal })
          const options = { tags, controller, signal, sessions: browserSessions() }
          return pushImage(edited, handle, repository, undefined, options)
        }),
      )
    },
  }
}

/** Reads the settings of an image, or of the first platform. */
export function settingsOf(image: Image): ImageSettings {
  const runnable = runnableImages(image)
  const configuration = (runnable[0] ?? image).configuration
  const { entrypoint = [], cmd = [], env = [], labels = {}, user = '', workingDir, exposedPorts } = configuration ?? {}
  return {
    digest: image.manifest.digest,
    platforms: runnable.map(({ platform }) => formatPlatform(platform)),
    ...{ entrypoint, cmd, env, labels, user, workingDir },
    exposedPorts: Object.keys(exposedPorts ?? {}),
  }
}
