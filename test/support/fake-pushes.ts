import type { DescribedImage } from '../../src/element/worker/described-image.ts'
import type { PushApi, Pushed, PushListener, PushRequest } from '../../src/element/worker/pushes.ts'
import type { PushPlan, PushProgress } from '../../src/index.ts'

/** A push that the test ends. */
interface FakePush {
  readonly id: string
  readonly request: PushRequest
  readonly listener: PushListener
  maxBytesPerSecond: number | undefined
  isPaused: boolean
  succeed(): void
  fail(error: unknown): void
}

/** The Worker of the queue, without a registry. */
export function createFakePushes() {
  const pushes: FakePush[] = []
  const open = new Map<number, unknown>()
  const faults = new Map<string, Error>()
  let count = 0
  const running = (id: string) => pushes.findLast((push) => push.id === id)

  const api: PushApi = {
    async open(input, _onProgress, signal) {
      signal.throwIfAborted()
      const name = input instanceof File ? input.name : 'folder'
      const fault = faults.get(name)
      if (fault) throw fault
      const id = count++
      open.set(id, input)
      return { id, images: [describedImage(name.replace('.tar', ''))], warnings: [] }
    },
    close: async (id) => void open.delete(id),
    async plan({ registry }, signal) {
      signal.throwIfAborted()
      return { version: 1, registry, blobs: [], tags: [] } as unknown as PushPlan
    },
    push: (id, request, listener, maxBytesPerSecond) =>
      new Promise<Pushed>((resolve, reject) => {
        pushes.push({
          id,
          request,
          listener,
          maxBytesPerSecond,
          isPaused: false,
          succeed: () => resolve({ url: request.registry, tags: [] }),
          fail: reject,
        })
      }),
    async pause(id) {
      const push = running(id)
      if (push) push.isPaused = true
    },
    async resume(id) {
      const push = running(id)
      if (push) push.isPaused = false
    },
    cancel: async (id) => running(id)?.fail(new DOMException('The user cancelled', 'AbortError')),
    async limit(id, maxBytesPerSecond) {
      const push = running(id)
      if (push) push.maxBytesPerSecond = maxBytesPerSecond
    },
  }
  return {
    api,
    /** All pushes that have begun, the newest last. */
    pushes,
    /** The archives that are open. */
    open,
    /** What is thrown when a file of this name is opened. */
    faults,
  }
}

function describedImage(name: string): DescribedImage {
  return {
    position: 0,
    names: [`team/${name}:v1`],
    platforms: ['linux/amd64'],
    missing: [],
    missingAttestations: 0,
    id: `sha256:${'0'.repeat(64)}`,
    created: undefined,
    layers: [],
    isIndex: false,
    isReferrer: false,
    destination: { repository: `team/${name}`, tag: 'v1' },
    places: [`team/${name}:v1`],
  }
}

/** A snapshot with one blob. */
export function progressOf(sentBytes: number, changes: Partial<PushProgress> = {}): PushProgress {
  const digest = `sha256:${'1'.repeat(64)}` as const
  const blob = {
    mediaType: '',
    digest,
    size: 100,
    repository: 'a',
    kind: 'layer',
    state: 'uploading',
    sentBytes,
  } as const
  return {
    phase: 'blobs',
    sentBytes,
    totalBytes: 100,
    bytesPerSecond: 0,
    remainingSeconds: undefined,
    blobs: [blob],
    ...changes,
  }
}
