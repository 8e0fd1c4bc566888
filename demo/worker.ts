import { expose, type ProxyMarked } from 'comlink'
import {
  type Archive,
  type ArchiveInput,
  browserSessions,
  type Credentials,
  type CredentialsRequest,
  checkRegistryConnectivity,
  createPushController,
  openRegistry,
  type PushArchiveOptions,
  type PushProgress,
  pushDockerTar,
  type Registry,
  type UploadEvent,
} from 'registry-api-v2-client'
import { type ReadArchive, readArchive } from './archive.ts'

// Reads archives and pushes them, away from the thread of the page, which only shows what comes of it.

/** What to push of the archive that is open, and where. */
export interface Destination extends Pick<PushArchiveOptions, 'platform' | 'platforms'> {
  readonly registry: string
  readonly repository: string
  readonly tag: string
  /** Which one of the archive, from 0. */
  readonly image: number
}

/** What the page hears of a push, and is asked. */
export interface PushListener {
  onProgress(progress: PushProgress): void
  onEvent(kind: UploadEvent['kind']): void
  /** @returns nothing if the user would rather not say */
  askUser(request: CredentialsRequest): Promise<Credentials | undefined>
}

export interface Pushed {
  /** Of the manifest. */
  readonly digest: string
  /** The registry's URL. */
  readonly url: string
}

export type DemoWorker = typeof worker

let reading = new AbortController()
let pushing = createPushController()
let archive: Archive | undefined
let listener: PushListener | undefined
let session: { readonly address: string; readonly handle: Registry } | undefined

const worker = {
  /** Opens an archive in the place of the one before. */
  async open(input: ArchiveInput, onStatus: (text: string) => void): Promise<Omit<ReadArchive, 'archive'>> {
    reading.abort()
    reading = new AbortController()
    const { signal } = reading
    await archive?.close()
    archive = undefined
    const read = await readArchive(input, signal, onStatus)
    if (signal.aborted) await read.archive.close()
    signal.throwIfAborted()
    archive = read.archive
    return { images: read.images, warnings: read.warnings }
  },

  async push({ registry, repository, tag, ...choice }: Destination, page: PushListener & ProxyMarked): Promise<Pushed> {
    if (!archive) throw new TypeError('Cannot push: no archive is open')
    const controller = createPushController()
    pushing = controller
    listener = page
    const target = targetRegistry(registry)
    // First this: a registry that is not there is told in fewer words.
    await checkRegistryConnectivity(target, { signal: controller.signal })
    const digest = await pushDockerTar(archive, target, repository, tag, {
      ...choice,
      onProgress: (progress) => page.onProgress(progress),
      onEvent: ({ kind }) => page.onEvent(kind),
      sessions: browserSessions(),
      controller,
    })
    return { digest, url: target.url }
  },

  pause: () => pushing.pause(),
  resume: () => pushing.resume(),
  cancel: () => pushing.abort(),
}

/** The same handle as long as the address is the same: it keeps who the user is. */
function targetRegistry(address: string): Registry {
  if (session?.address !== address) session = { address, handle: openRegistry(address, { credentials: askUser }) }
  return session.handle
}

async function askUser(request: CredentialsRequest): Promise<Credentials | undefined> {
  const credentials = await listener?.askUser(request)
  if (!credentials) pushing.abort()
  pushing.signal.throwIfAborted()
  return credentials
}

expose(worker)
