import type { Control } from '../../control/controller.ts'
import { untilResumed } from '../../control/pause.ts'
import type { Registry } from '../registry.ts'
import type { RegistryRequest } from '../send.ts'
import { PATIENCE } from './blob-range.ts'

/** The same registry. Its requests wait while the transfer is paused, and are as patient as those for blobs. */
export function heldRegistry(registry: Registry, control: Control): Registry {
  async function send(given: RegistryRequest) {
    const hold = () => untilResumed(control, given.signal)
    await hold()
    return registry.send({ patience: PATIENCE, ...given, hold })
  }
  return { ...registry, send }
}
