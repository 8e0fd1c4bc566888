import { type Digest, getDigest } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readImageInput } from '../input/image-input.ts'
import { type InputChoice, openArchiveImage, refuseImageChoice } from '../input/open-image.ts'
import { referenceOf } from '../input/place.ts'

/** Prints the digest of an image. */
export async function digest(context: Context, text: string, choice: InputChoice): Promise<Result> {
  const found = await readDigest(context, text, choice)
  return { json: { digest: found }, lines: [found] }
}

async function readDigest(context: Context, text: string, choice: InputChoice): Promise<Digest> {
  const input = await readImageInput(text, context.onWarning)
  if (input.kind === 'archive') {
    const { image, close } = await openArchiveImage(context, input.path, choice)
    await close()
    return image.manifest.digest
  }
  refuseImageChoice(text, choice)
  const { signal } = context
  const registry = await context.openRegistry(input.place.registry)
  return getDigest(registry, input.place.repository, referenceOf(input.place), { platform: choice.platform, signal })
}
