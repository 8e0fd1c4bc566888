import {
  collectStream,
  createWriteController,
  formatPlatform,
  getManifest,
  isAttestation,
  isIndex,
  type PulledBundle,
  type PullOptions,
  pullBundle,
  pullDockerTar,
  type Registry,
  saveInBrowser,
  type WriteController,
  type WriteProgress,
} from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'
import { withProgress } from '../../src/element/worker/with-progress.ts'

/** The images of a repository to download as one tar. */
export interface DownloadRequest extends Pick<PullOptions, 'platform' | 'format'> {
  /** The address of the registry, as the user typed it. */
  readonly registry: string
  readonly repository: string
  /** Tags or digests. */
  readonly references: readonly string[]
}

/** A download before it begins. */
export interface PlannedDownload {
  readonly fileName: string
  /** In bytes. */
  readonly size: number
  /** The platforms of a single image, to choose from. */
  readonly platforms: readonly string[]
  /** Texts of the SDK about anything that is unusual, but harmless. */
  readonly warnings: readonly string[]
}

/** A tar that was downloaded. */
interface Downloaded {
  readonly fileName: string
  /** The tar, for the page to save. Absent if it is in the file that the user chose. */
  readonly blob: Blob | undefined
}

/** The progress of a download, for the page. */
export type DownloadProgress = Omit<WriteProgress, 'blobs'>

/** Downloads images as tars for `docker load`, away from the thread of the page. */
export function createDownloads(session: Session) {
  const running = new Map<string, WriteController>()

  return {
    /** Reads the manifests of a download, and tells its size. */
    plan(request: DownloadRequest, signal: AbortSignal): Promise<PlannedDownload> {
      return session.use(request.registry, async (handle) => {
        const warnings: string[] = []
        const platforms = await platformsOf(handle, request, signal)
        const pulled = await pull(handle, request, { signal, onWarning: (warning) => warnings.push(warning) })
        await pulled.close()
        return { fileName: pulled.fileName, size: pulled.size, platforms, warnings }
      })
    },

    /**
     * Downloads images. Every blob is verified.
     *
     * @param id Names the download for `pause` and `resume`.
     * @param file The file that the user chose. Without it, the browser keeps the tar on its disk.
     */
    run(
      id: string,
      request: DownloadRequest,
      file: FileSystemFileHandle | undefined,
      onProgress: (progress: DownloadProgress) => void,
      signal: AbortSignal,
    ): Promise<Downloaded> {
      return session.use(request.registry, async (handle) => {
        const controller = createWriteController()
        running.set(id, controller)
        const open = () => pull(handle, request, { controller, signal })
        const tell = ({ blobs: _, ...progress }: WriteProgress) => onProgress(progress)
        try {
          return await withProgress(controller, tell, () => (file ? saveTo(file, open) : collectTar(open)))
        } finally {
          running.delete(id)
        }
      })
    },

    pause: (id: string): void => running.get(id)?.pause(),
    resume: (id: string): void => running.get(id)?.resume(),
  }
}

async function saveTo(file: FileSystemFileHandle, open: () => Promise<PulledBundle>): Promise<Downloaded> {
  const { fileName } = await saveInBrowser(open, { file })
  return { fileName, blob: undefined }
}

async function collectTar(open: () => Promise<PulledBundle>): Promise<Downloaded> {
  const pulled = await open()
  try {
    return { fileName: pulled.fileName, blob: await collectStream(pulled.stream()) }
  } finally {
    await pulled.close()
  }
}

/** One image is named by itself, several are a bundle. */
function pull(handle: Registry, request: DownloadRequest, options: PullOptions): Promise<PulledBundle> {
  const { repository, references, platform, format } = request
  const [only, ...others] = references
  const all = { ...options, platform, format }
  if (only !== undefined && others.length === 0) return pullDockerTar(handle, repository, only, all)
  const names = references.map((reference) => `${repository}${reference.includes(':') ? '@' : ':'}${reference}`)
  return pullBundle(handle, names, all)
}

async function platformsOf(
  handle: Registry,
  { repository, references }: DownloadRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [only, ...others] = references
  if (only === undefined || others.length > 0) return []
  const { manifest } = await getManifest(handle, repository, only, { signal })
  if (!isIndex(manifest)) return []
  const entries = manifest.manifests.filter((entry) => !isAttestation(entry))
  return [...new Set(entries.flatMap(({ platform }) => (platform ? formatPlatform(platform) : [])))]
}
