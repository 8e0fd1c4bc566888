import type { Control } from '../../control/controller.ts'
import { untilResumed } from '../../control/pause.ts'
import type { Registry } from '../registry.ts'
import type { RegistryRequest } from '../send.ts'
import { PATIENCE } from './blob-range.ts'

/** Makes a handle whose requests wait while the transfer is paused. They are retried as often as those for blobs. */
export function pausableRegistry(registry: Registry, control: Control): Registry {
  async function send(given: RegistryRequest) {
    const hold = () => untilResumed(control, given.signal)
    await hold()
    return registry.send({ patience: PATIENCE, ...given, hold })
  }
  return { ...registry, send }
}
