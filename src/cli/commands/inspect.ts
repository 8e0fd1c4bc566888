import { getImageInfo } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readImageInput } from '../input/image-input.ts'
import { openArchiveInput } from '../input/open-archive.ts'
import { chooseArchiveImage, type InputChoice, refuseImageChoice } from '../input/open-image.ts'
import { formatPlace, type Place, referenceOf } from '../input/place.ts'
import { describeImage, describeInfo } from '../look/describe-image.ts'
import { formatImage } from '../look/format-image.ts'

/** Describes the images of an archive, or an image of a registry. */
export async function inspect(context: Context, text: string, choice: InputChoice): Promise<Result> {
  const input = await readImageInput(text, context.onWarning)
  if (input.kind === 'archive') return inspectArchive(context, input.path, choice)
  refuseImageChoice(text, choice)
  return inspectReference(context, input.place, choice)
}

async function inspectReference(context: Context, place: Place, { platform }: InputChoice): Promise<Result> {
  const { signal, columns } = context
  const registry = await context.openRegistry(place.registry)
  const info = await getImageInfo(registry, place.repository, referenceOf(place), { platform, signal })
  const name = formatPlace(place.digest === undefined ? { ...place, tag: referenceOf(place) } : place)
  return { json: info, lines: formatImage(describeInfo(info, name), columns) }
}

async function inspectArchive(context: Context, path: string, choice: InputChoice): Promise<Result> {
  const { signal, columns } = context
  const archive = await openArchiveInput(context, path)
  try {
    const { format, warnings } = archive
    const isChosen = choice.image !== undefined || choice.platform !== undefined
    const chosen = isChosen ? [await chooseArchiveImage(archive, choice, signal)] : archive.images
    const images = chosen.map(describeImage)
    return {
      json: { format, warnings, images },
      lines: images.flatMap((image, index) => [...(index > 0 ? ['', ''] : []), ...formatImage(image, columns)]),
    }
  } finally {
    await archive.close()
  }
}
