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
  type PushController,
  type PushProgress,
  parseRepositoryTag,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type Registry,
  ResponseError,
  type UploadEvent,
  ValidationError,
} from 'registry-api-v2-client'
import { type ReadArchive, readArchive } from './archive.ts'
import type { Destination, Faults } from './destination.ts'
import { toProblem } from './problem.ts'
import type { SignInRequest } from './sign-in.ts'

// Reads archives and pushes them, away from the thread of the page, which only shows what comes of it.

/** What to push of the archive that is open, and where. */
export interface PushRequest extends Destination, Pick<PushArchiveOptions, 'platform' | 'platforms'> {
  /** Which one of the archive, from 0. */
  readonly image: number
  /** By all names that the archive has for it, instead of by a repository and a tag. */
  readonly byAllNames: boolean
}

/** What the page hears of a push, and is asked. */
export interface PushListener {
  onProgress(progress: PushProgress): void
  onEvent(kind: UploadEvent['kind']): void
  /** The registry is there, and has let the user in if it wants a sign-in. */
  onReached(): void
  /** @returns nothing if the user would rather not say */
  askUser(request: SignInRequest): Promise<Credentials | undefined>
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
/** Of the push that is under way: whether the user was asked, and whether the registry refused what they said before. */
let signIn = { wasAsked: false, isRefused: false }

const worker = {
  /** Opens an archive and closes the one before. */
  async open(input: ArchiveInput, onStatus: (text: string) => void): Promise<Omit<ReadArchive, 'archive'>> {
    reading.abort()
    reading = new AbortController()
    const { signal } = reading
    try {
      await archive?.close()
      archive = undefined
      const read = await readArchive(input, signal, onStatus)
      if (signal.aborted) await read.archive.close()
      signal.throwIfAborted()
      archive = read.archive
      return { images: read.images, warnings: read.warnings }
    } catch (error) {
      throw toProblem(error)
    }
  },

  /** Finds what cannot be used of what was typed. */
  check({ registry, repository, tag }: Destination, byAllNames: boolean): Faults {
    const faults = {
      registry: isInvalid(() => targetRegistry(registry)),
      repository:
        !byAllNames && (isInvalid(() => parseRepositoryTag(`localhost/${repository}`)) || repository.includes(':')),
      tag: !byAllNames && isInvalid(() => parseRepositoryTag(`localhost/a:${tag}`)),
    }
    return (Object.keys(faults) as Array<keyof Destination>).filter((name) => faults[name])
  },

  /** Pushes an image. After a wrong password the user is asked again, until they cancel. */
  async push(request: PushRequest, page: PushListener & ProxyMarked): Promise<Pushed> {
    listener = page
    for (let isRefused = false; ; isRefused = true) {
      pushing = createPushController()
      signIn = { wasAsked: false, isRefused }
      const { signal } = pushing
      try {
        return await pushOnce(request, page, pushing)
      } catch (error) {
        const isWrong = error instanceof ResponseError && error.status === 401 && signIn.wasAsked
        if (!isWrong || signal.aborted) throw toProblem(error)
      }
    }
  },

  pause: () => pushing.pause(),
  resume: () => pushing.resume(),
  cancel: () => pushing.abort(),
}

async function pushOnce(
  { registry, repository, tag, image, byAllNames, ...choice }: PushRequest,
  page: PushListener,
  controller: PushController,
): Promise<Pushed> {
  if (!archive) throw new TypeError('Cannot push: no archive is open')
  const target = targetRegistry(registry)
  // First this: a registry that is not there is told in fewer words.
  await checkRegistryConnectivity(target, { signal: controller.signal })
  page.onReached()
  const options: PushArchiveOptions = {
    ...choice,
    onProgress: (progress) => page.onProgress(progress),
    onEvent: ({ kind }) => page.onEvent(kind),
    sessions: browserSessions(),
    controller,
  }
  const [digest = ''] = byAllNames
    ? await pushDockerTarWithAllOriginalTags(archive, target, { ...options, images: [image] })
    : [await pushDockerTar(archive, target, repository, tag, { ...options, image })]
  return { digest, url: target.url }
}

/** The same handle as long as the address is the same: it keeps who the user is. */
function targetRegistry(address: string): Registry {
  if (session?.address !== address) session = { address, handle: openRegistry(address, { credentials: askUser }) }
  return session.handle
}

async function askUser(request: CredentialsRequest): Promise<Credentials | undefined> {
  signIn.wasAsked = true
  const credentials = await listener?.askUser({ ...request, isRefused: signIn.isRefused })
  if (!credentials) pushing.abort()
  pushing.signal.throwIfAborted()
  return credentials
}

function isInvalid(read: () => unknown): boolean {
  try {
    read()
    return false
  } catch (error) {
    if (error instanceof ValidationError) return true
    throw error
  }
}

expose(worker)
