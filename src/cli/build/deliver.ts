import { type Image, pushImage } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import type { ImageInput } from '../input/image-input.ts'
import { formatPlace, type Place, parseDestination, readRegistryAddress } from '../input/place.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { type OutputTarget, readOutput } from '../transfer/output-target.ts'
import { describeSent } from '../transfer/sent-images.ts'
import { type WriteFlags, writeImages } from '../transfer/write-images.ts'

/** The options for where an image goes. */
export interface DestinationFlags extends Pick<WriteFlags, 'output' | 'force' | 'format' | 'name'> {
  readonly to?: string | undefined
}

/** Where an image goes: a tag, which may be the one that it came from, or a file, a folder or stdout. */
type Destination =
  | { readonly kind: 'tag'; readonly place: Place & { readonly tag: string }; readonly isSource: boolean }
  | { readonly kind: 'output'; readonly target: OutputTarget }

/**
 * Reads where an image goes. The default is the tag that it came from.
 *
 * @param source The image that is changed.
 * @throws {UsageError} if there is no destination, or it cannot be used
 */
export async function readDestination(
  { settings: { json } }: Context,
  { to, output, force, name, format }: DestinationFlags,
  source?: ImageInput,
): Promise<Destination> {
  if (output !== undefined) return { kind: 'output', target: await readOutput(output, { force, json }) }
  const unused = [name && '--name', format && '--format', force && '--force'].find(Boolean)
  if (unused) throw new UsageError(`Cannot use ${unused} without -o`, 'pass -o FILE, or leave it out')
  if (to !== undefined) return { kind: 'tag', place: placeOf(to), isSource: false }
  const place = source?.kind === 'reference' ? source.place : undefined
  if (place && place.digest === undefined) {
    return { kind: 'tag', place: { ...place, tag: place.tag ?? 'latest' }, isSource: true }
  }
  throw new UsageError('Cannot find the destination of the image', 'pass --to registry/repository:tag, or -o FILE')
}

function placeOf(text: string): Place & { readonly tag: string } {
  if (readRegistryAddress(text) !== undefined) {
    throw new UsageError(`Cannot push to "${text}": it names a registry`, `add a repository, as in ${text}/app:v1`)
  }
  const { tag = 'latest', ...place } = parseDestination(text, 'push')
  return { ...place, tag }
}

/**
 * Pushes or writes an image. Before it moves the tag that the image came from, it asks.
 *
 * @returns the result, or nothing if stdout has the archive
 */
export async function deliver(
  context: Context,
  image: Image,
  destination: Destination,
  flags: DestinationFlags & { readonly yes?: true | undefined },
): Promise<Result | undefined> {
  const { name: names, format } = flags
  if (destination.kind === 'output') {
    return writeImages(context, [image], destination.target, { name: names, format })
  }
  const { place, isSource } = destination
  if (isSource && !flags.yes && !(await context.confirm(`Move ${formatPlace(place)} to the changed image?`))) {
    context.note('Nothing was changed.')
    return { json: { images: [] }, lines: [], exitCode: 1 }
  }
  const { signal, onWarning, showProgress: onProgress } = context
  const registry = await context.openRegistry(place.registry)
  const digest = await pushImage(image, registry, place.repository, place.tag, { signal, onWarning, onProgress })
  return describeSent([{ ...place, digest }])
}
