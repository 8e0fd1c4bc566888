import { untilAborted } from '../async/abort.ts'
import type { Control } from './controller.ts'

/** Waits until there is no pause, without a timer. */
export async function untilResumed(control: Control, signal: AbortSignal | undefined): Promise<void> {
  while (control.isPaused) {
    signal?.throwIfAborted()
    let unwatch = () => {}
    const changed = new Promise<void>((resolve) => {
      unwatch = control.watch(resolve)
    })
    await untilAborted(changed, signal).finally(unwatch)
  }
}
