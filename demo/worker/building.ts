import {
  appendLayer,
  browserSessions,
  createImage,
  type Digest,
  editImage,
  type Image,
  type ImageEdits,
  type LayerFile,
  type LayerMakingOptions,
  type LayerProgress,
  openImage,
  parseReference,
  pushImage,
} from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'
import type { CopyFrom, CopyTo } from './copying.ts'
import { type ImageSettings, settingsOf } from './editing.ts'
import { isProgram } from './program.ts'
import type { OnTransfer, Transfers } from './transfers.ts'

/** A file of a new layer. */
export interface BuildFile {
  /** Its path under the target folder. */
  readonly path: string
  readonly file: File
}

/** The image to build. */
interface BuildRequest {
  /** The image below. Without it, the image has only the files. */
  readonly base?: CopyFrom | undefined
  readonly files: readonly BuildFile[]
  /** The folder in the image. */
  readonly at: string
  readonly uid: number
  readonly gid: number
  /** `programs`: programs and scripts can be run. */
  readonly executable: 'programs' | 'all' | 'none'
  /** The date of the image. @default that of the base, or one that is the same for all images */
  readonly created?: Date | undefined
  readonly settings: ImageEdits
  /** The platform of an index below, or of the new image: `linux/amd64`. */
  readonly platform: string
}

/** An image to build on. */
export interface BaseImage {
  readonly place: CopyFrom
  readonly settings: ImageSettings
}

/** A built image, before it is pushed. */
export interface BuiltImage {
  /** Its number in this Worker. */
  readonly id: number
  readonly digest: Digest
  /** The compressed size of the new layer, in bytes. */
  readonly layerBytes: number
  /** The size of all layers. */
  readonly totalBytes: number
  /** Texts of the SDK: the attestations that are left out. */
  readonly warnings: readonly string[]
}

/** Builds images of files, and pushes them. */
export function createBuilding(session: Session, transfers: Transfers) {
  const images = new Map<number, Image>()
  let count = 0

  function withBase<T>(base: CopyFrom | undefined, act: (image: Image | undefined) => Promise<T>, signal: AbortSignal) {
    if (!base) return act(undefined)
    return session.use(base.registry, async (handle) =>
      act(await openImage(handle, base.repository, base.reference, { signal })),
    )
  }

  return {
    /**
     * Finds the base image.
     *
     * @param registry The registry of a name without one.
     * @throws {ValidationError} if the name is not valid
     */
    async base(registry: string, name: string, signal: AbortSignal): Promise<BaseImage> {
      const parsed = parseReference(name)
      const address = parsed.registry && !hasHost(registry, parsed.registry) ? parsed.registry : registry
      const { repository, tag, digest } = parsed
      const place = { registry: address, repository, reference: digest ?? tag ?? 'latest' }
      return session.use(address, async (handle) => {
        const image = await openImage(handle, repository, place.reference, { signal })
        return { place, settings: settingsOf(image) }
      })
    },

    /** Reads the files and makes the image. Nothing is sent. */
    async build(
      request: BuildRequest,
      onProgress: (progress: LayerProgress) => void,
      signal: AbortSignal,
    ): Promise<BuiltImage> {
      const files = await layerFiles(request, signal)
      const warnings: string[] = []
      const image = await withBase(
        request.base,
        (base) => makeImage(request, base, files, { onProgress, signal }, (text) => warnings.push(text)),
        signal,
      )
      const id = count++
      images.set(id, image)
      const sizes = image.layers.map(({ size }) => size)
      return {
        id,
        digest: image.manifest.digest,
        layerBytes: sizes.at(-1) ?? 0,
        totalBytes: sizes.reduce((sum, size) => sum + size, 0),
        warnings,
      }
    },

    /**
     * Pushes a built image.
     *
     * @param name Names the push, so that the page can pause it.
     */
    push(name: string, id: number, to: CopyTo, onProgress: OnTransfer, signal: AbortSignal): Promise<Digest> {
      const image = images.get(id)
      if (!image) throw new TypeError(`Cannot push: image ${id} is not known`)
      return session.use(to.registry, (handle) =>
        transfers.run(name, onProgress, (controller) =>
          pushImage(image, handle, to.repository, undefined, {
            tags: to.tags,
            controller,
            signal,
            sessions: browserSessions(),
          }),
        ),
      )
    },

    /** Forgets a built image. */
    forget: (id: number) => void images.delete(id),
  }
}

/** Puts the files on the base, or makes an image of them alone. */
async function makeImage(
  { at, uid, gid, settings, platform, created }: BuildRequest,
  base: Image | undefined,
  files: ReadonlyMap<string, LayerFile>,
  control: Pick<LayerMakingOptions, 'onProgress' | 'signal'>,
  onWarning: (warning: string) => void,
): Promise<Image> {
  const layer = { at, uid, gid, createdBy: `COPY . ${at}`, ...control }
  if (!base) return createImage({ files, config: settings, platform, created }, layer)
  const chosen = base.kind === 'index' ? { platform } : {}
  const image = await appendLayer(base, files, { ...layer, ...chosen, created, onWarning })
  return editImage(image, settings, { signal: control.signal, onWarning })
}

/** Returns true if an address, with or without a scheme, is that of a host. */
function hasHost(address: string, host: string): boolean {
  return address.replace(/^https?:\/\//, '').replace(/\/+$/, '') === host
}

/** Gives the files their permissions. A browser does not tell which files can be run. */
async function layerFiles(
  { files, executable }: BuildRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LayerFile>> {
  const found = new Map<string, LayerFile>()
  for (const { path, file } of files) {
    signal.throwIfAborted()
    const runs = executable === 'all' || (executable === 'programs' && (await isProgram(file)))
    found.set(path, { content: file, mode: runs ? 0o755 : 0o644 })
  }
  return found
}
