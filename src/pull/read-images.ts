import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { controlOf } from '../control/controller.ts'
import { untilResumed } from '../control/pause.ts'
import type { Image } from '../images/image.ts'
import { PATIENCE } from '../registry/download/blob-range.ts'
import { openImage } from '../registry/download/open-image.ts'
import type { Registry } from '../registry/registry.ts'
import type { RegistryRequest } from '../registry/send.ts'
import type { Pull } from './pull.ts'
import type { PullOptions } from './pull-options.ts'

/** The images whose manifests are read at once. */
const IMAGES_AT_ONCE = fixed(6)

/**
 * Reads the manifests and configs of a pull. These requests, and later those for blobs, wait while the pull is paused.
 *
 * @param options What `beginControl` or `withControl` gave.
 */
export async function readImages({ registry, targets }: Pull, options: PullOptions): Promise<readonly Image[]> {
  const held = heldRegistry(registry, options)
  const images: Image[] = []
  await runPool([...targets.entries()], IMAGES_AT_ONCE, options.signal, async ([index, target], signal) => {
    const image = await openImage(held, target.repository, target.reference, { ...options, signal })
    images[index] = { ...image, names: target.names ?? image.names }
  })
  return images
}

/** Leaves out the choices that are made when the images are read. */
export function writeOptionsOf<O extends PullOptions>({ platform: _, platforms: __, ...options }: O) {
  return options
}

/** The same registry. Its requests wait while the pull is paused, and are as patient as those for blobs. */
function heldRegistry(registry: Registry, options: PullOptions): Registry {
  const control = controlOf(options)
  async function send(given: RegistryRequest) {
    const hold = () => untilResumed(control, given.signal)
    await hold()
    return registry.send({ patience: PATIENCE, ...given, hold })
  }
  return { ...registry, send }
}
