import { type Archive, type Image, openImage, selectPlatforms } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { chooseByName } from './choose-by-name.ts'
import { readImageInput } from './image-input.ts'
import { openArchiveInput } from './open-archive.ts'
import { referenceOf } from './place.ts'

/** Which image of an archive is meant, and which platform of it. */
export interface InputChoice {
  /** The name of an image of the archive, or its position from 0. */
  readonly image?: string | undefined
  readonly platform?: string | undefined
}

/** An image that an argument names. */
interface OpenedInput {
  /** The image, or one platform of it if that was chosen. */
  readonly image: Image
  /** Closes the archive. The image cannot be read after it. */
  close(): Promise<void>
}

/** Opens the image that an argument names: of an archive, or of a registry. */
export async function openImageInput(context: Context, text: string, choice: InputChoice): Promise<OpenedInput> {
  const { signal, onWarning, limits } = context
  const input = await readImageInput(text, onWarning)
  if (input.kind === 'archive') return openArchiveImage(context, input.path, choice)
  refuseImageChoice(text, choice)
  const { place } = input
  const { platform } = choice
  const registry = await context.openRegistry(place.registry)
  const options = { platform, signal, onWarning, limits }
  const image = await openImage(registry, place.repository, referenceOf(place), options)
  return { image, close: async () => {} }
}

/** Opens an image of an archive. */
export async function openArchiveImage(context: Context, path: string, choice: InputChoice): Promise<OpenedInput> {
  const archive = await openArchiveInput(context, path)
  try {
    return { image: await chooseArchiveImage(archive, choice, context.signal), close: archive.close }
  } catch (error) {
    await archive.close()
    throw error
  }
}

/** Chooses an image of an archive, and a platform of it. */
export async function chooseArchiveImage(
  archive: Archive,
  { image, platform }: InputChoice,
  signal: AbortSignal,
): Promise<Image> {
  const chosen = await chooseByName(archive, image, platform)
  return platform === undefined ? chosen : selectPlatforms(chosen, platform, { signal })
}

/** @throws {UsageError} if an image of an archive is chosen, and there is no archive */
export function refuseImageChoice(text: string, { image }: InputChoice): void {
  if (image === undefined) return
  throw new UsageError(`Cannot use --image with "${text}": it is an image of a registry`, 'leave --image out')
}
