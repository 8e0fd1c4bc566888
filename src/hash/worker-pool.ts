import type { HashedState, HashJob } from './worker.ts'

/** The part of a `Worker` that hashing needs. It is declared here, so that projects for Node need no `dom` lib. */
export interface HashWorker {
  addEventListener(type: string, listener: (event: Event) => void): void
  postMessage(message: unknown): void
  terminate(): void
}

/** Hashes parts of files outside the caller's thread. */
export interface HashWorkers {
  /**
   * Continues from a hasher's state with a part of a file.
   *
   * @returns the new state, or `undefined` if the Workers cannot hash the part
   */
  hash(state: Uint8Array, part: Blob): Promise<HashedState>
  /** Ends the Workers. */
  close(): void
}

interface Task {
  readonly job: HashJob
  readonly resolve: (state: HashedState) => void
}

/**
 * Opens a pool of Workers that hash parts of files.
 *
 * @param createWorker Starts a Worker. @default starts one from a Blob URL, and loads its script first
 */
export async function openHashPool(createWorker?: () => HashWorker): Promise<HashWorkers> {
  if (createWorker) return createHashPool(createWorker)
  const { startPackageWorker } = await import('./package-worker.ts')
  return createHashPool(startPackageWorker)
}

/**
 * Creates a pool of Workers. Each Worker hashes one part at a time. There is at most one Worker for each core, and no
 * more than there are pending parts.
 *
 * @param createWorker Starts a Worker with the script of `hash-worker.ts`.
 */
function createHashPool(createWorker: () => HashWorker): HashWorkers {
  const most = globalThis.navigator?.hardwareConcurrency ?? 1
  const workers = new Set<HashWorker>()
  const idle: HashWorker[] = []
  const waiting: Task[] = []
  const running = new Map<HashWorker, Task>()
  let isUsable = true

  function close(): void {
    isUsable = false
    for (const worker of workers) worker.terminate()
    for (const { resolve } of [...running.values(), ...waiting.splice(0)]) resolve(undefined)
    workers.clear()
    running.clear()
  }

  function start(): HashWorker {
    const worker = createWorker()
    worker.addEventListener('message', (event) => {
      running.get(worker)?.resolve((event as MessageEvent<HashedState>).data)
      running.delete(worker)
      idle.push(worker)
      run()
    })
    // The Worker does not load. A content security policy may forbid it, and then the next would fail too.
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      close()
    })
    workers.add(worker)
    return worker
  }

  function run(): void {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (workers.size < most ? start() : undefined)
      const task = worker && waiting.shift()
      if (!task) return
      running.set(worker, task)
      worker.postMessage(task.job)
    }
  }

  return {
    hash(state, part) {
      if (!isUsable) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        waiting.push({ job: { state, part }, resolve })
        try {
          run()
        } catch {
          // A browser may also refuse a Worker with an exception.
          close()
        }
      })
    },
    close,
  }
}
