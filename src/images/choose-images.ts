import { loaded } from '../async/lazy.ts'
import { optionalList } from '../check-options.ts'
import type { Image } from './image.ts'

/** Which images of an archive are meant. */
export interface ImagesChoice {
  /** Which of the images, each by a name of its own or its index from 0. @default all */
  readonly images?: ReadonlyArray<string | number> | undefined
}

/**
 * Chooses images of an archive: all, or those that are asked for.
 *
 * @returns `all` itself if all are chosen
 * @throws {ValidationError} if a name or an index does not choose exactly one image
 */
export async function chooseImages(
  all: readonly Image[],
  { images, platform }: ImagesChoice & { readonly platform?: string | undefined },
): Promise<readonly Image[]> {
  const chosen = optionalList('the option images', images)
  if (!chosen) return all
  const { chooseImage } = await loaded(import('./choose-image.ts'))
  return chosen.map((image) => chooseImage(all, { image, platform }))
}
