import { createPushController, type PushController, type PushProgress } from 'registry-api-v2-client'
import { withProgress } from '../../src/element/worker/with-progress.ts'

/** The page hears how a transfer is getting on. */
export type OnTransfer = (progress: PushProgress) => void

/** The transfers that run. The page names each, so that it can pause it. */
export interface Transfers {
  /** Runs a transfer with a controller, and tells the page its progress. */
  run<T>(id: string, onProgress: OnTransfer, act: (controller: PushController) => Promise<T>): Promise<T>
  /** The functions of the page. */
  readonly api: {
    pause(id: string): void
    resume(id: string): void
  }
}

export function createTransfers(): Transfers {
  const running = new Map<string, PushController>()
  return {
    async run(id, onProgress, act) {
      const controller = createPushController()
      running.set(id, controller)
      try {
        return await withProgress(controller, onProgress, () => act(controller))
      } finally {
        running.delete(id)
      }
    },
    api: {
      pause: (id) => running.get(id)?.pause(),
      resume: (id) => running.get(id)?.resume(),
    },
  }
}
