import { type Content, type Descriptor, getConfig, getManifest, type Image, type Registry } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import { readImageInput } from '../input/image-input.ts'
import { oneImage } from '../input/one-image.ts'
import { type InputChoice, openArchiveImage, refuseImageChoice } from '../input/open-image.ts'
import { type Place, referenceOf } from '../input/place.ts'

/** A manifest or a config, to the letter. */
interface ImageDocument extends Descriptor {
  readonly bytes: Uint8Array
}

/** How a document is read from a registry, and taken from an open image. */
interface Reading {
  ask(
    registry: Registry,
    place: Place,
    options: { platform?: string | undefined; signal: AbortSignal },
  ): Promise<ImageDocument>
  take(image: Image): Content
}

const MANIFEST: Reading = {
  ask: (registry, place, options) => getManifest(registry, place.repository, referenceOf(place), options),
  take: ({ manifest }) => manifest,
}

const CONFIG: Reading = {
  ask: (registry, place, options) => getConfig(registry, place.repository, referenceOf(place), options),
  take: (image) => oneImage(image).config,
}

/** Reads the manifest or the index that an argument names. */
export function readManifest(context: Context, text: string, choice: InputChoice): Promise<ImageDocument> {
  return read(context, text, choice, MANIFEST)
}

/** Reads the config of the image that an argument names. */
export function readConfig(context: Context, text: string, choice: InputChoice): Promise<ImageDocument> {
  return read(context, text, choice, CONFIG)
}

async function read(
  context: Context,
  text: string,
  choice: InputChoice,
  { ask, take }: Reading,
): Promise<ImageDocument> {
  const { signal } = context
  const input = await readImageInput(text, context.onWarning)
  if (input.kind === 'reference') {
    refuseImageChoice(text, choice)
    const { platform } = choice
    return ask(await context.openRegistry(input.place.registry), input.place, { platform, signal })
  }
  const { image, close } = await openArchiveImage(context, input.path, choice)
  try {
    const { mediaType, digest, size, source } = take(image)
    return { mediaType, digest, size, bytes: await source.read(0, size, signal) }
  } finally {
    await close()
  }
}

/** Parses the bytes of a document. The config of an artifact may be something else: then there is no value. */
export function parseDocument(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
