/// <reference path="./inline-worker.d.ts" />

import type { HashedState, HashJob } from './worker.ts'

/** The part of a `Worker` that hashing needs. The type is not the DOM's, so that projects for Node need no `dom` lib. */
export interface HashWorker {
  addEventListener(type: string, listener: (event: Event) => void): void
  postMessage(message: unknown): void
  terminate(): void
}

/** What hashes parts of files off the thread of whoever asks. */
export interface HashWorkers {
  /**
   * Goes on from the state of a hasher with a part of a file.
   *
   * @returns the state after it; nothing, if that cannot be done here
   */
  hash(state: Uint8Array, part: Blob): Promise<HashedState>
  /** Ends the Workers. */
  close(): void
}

interface Task {
  readonly job: HashJob
  readonly resolve: (state: HashedState) => void
}

/** @param createWorker @default starts a Worker of a Blob URL, whose script loads only then */
export async function openHashPool(createWorker?: () => HashWorker): Promise<HashWorkers> {
  if (createWorker) return createHashPool(createWorker)
  const { default: InlineWorker } = await import('./worker.ts?worker&inline')
  return createHashPool(() => new InlineWorker())
}

/**
 * Hashes parts of files in Workers, each of which has one at a time: at most one for each core, and no more than there are parts at once.
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
    // It does not load: a content security policy may forbid it. Then the next would not, either.
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
          // A browser may refuse a Worker with an exception, too.
          close()
        }
      })
    },
    close,
  }
}
