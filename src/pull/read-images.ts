import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { controlOf } from '../control/controller.ts'
import type { Image } from '../images/image.ts'
import { openImage } from '../registry/download/open-image.ts'
import { pausableRegistry } from '../registry/download/pausable-registry.ts'
import type { Pull } from './pull.ts'
import type { PullOptions } from './pull-options.ts'

/** The images whose manifests are read at once. */
const IMAGES_AT_ONCE = fixed(6)

/**
 * Reads the manifests and configs of a pull. These requests, and later those for blobs, wait while the pull is paused.
 *
 * @param options What `withControl` or `withLastingControl` gave.
 */
export async function readImages({ registry, targets }: Pull, options: PullOptions): Promise<readonly Image[]> {
  const pausable = pausableRegistry(registry, controlOf(options))
  const images: Image[] = []
  await runPool([...targets.entries()], IMAGES_AT_ONCE, options.signal, async ([index, target], signal) => {
    const image = await openImage(pausable, target.repository, target.reference, { ...options, signal })
    images[index] = { ...image, names: target.names ?? image.names }
  })
  return images
}

/** Leaves out the choices that are made when the images are read. */
export function writeOptionsOf<O extends PullOptions>({ platform: _, platforms: __, ...options }: O) {
  return options
}
