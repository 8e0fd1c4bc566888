import { type Image, type OpenImageOptions, openImage } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { formatPlace, type Place, parsePlace, referenceOf } from '../input/place.ts'
import { registryPlatforms } from '../input/platforms.ts'
import { readOutput } from '../transfer/output-target.ts'
import { type WriteFlags, writeImages } from '../transfer/write-images.ts'

interface PullFlags extends WriteFlags {
  readonly platform?: readonly string[] | undefined
  readonly referrers?: true | undefined
}

/** Pulls images into one tar, a folder or stdout. */
export async function pull(
  context: Context,
  references: readonly string[],
  flags: PullFlags,
): Promise<Result | undefined> {
  const { signal, limits, onWarning, settings } = context
  const places = references.map(parsePlace)
  const { output = fileNameOf(places), referrers, force } = flags
  const target = await readOutput(output, { force, json: settings.json })
  const options = { signal, limits, onWarning, referrers, ...registryPlatforms(flags.platform) }
  const images: Image[] = []
  for (const place of places) images.push(await open(context, place, options))
  return writeImages(context, images, target, flags)
}

/** Opens an image of a registry. One that is asked for by tag and digest keeps the tag as its name. */
async function open(context: Context, place: Place, options: OpenImageOptions): Promise<Image> {
  const { registry, repository, tag, digest } = place
  const image = await openImage(await context.openRegistry(registry), repository, referenceOf(place), options)
  if (tag === undefined || digest === undefined) return image
  return { ...image, names: [formatPlace({ registry, repository, tag })] }
}

/** Names the file: `team-app-v1.tar`. */
function fileNameOf([first, ...others]: readonly Place[]): string {
  if (!first || others.length > 0) return 'images.tar'
  const { repository, tag = 'latest', digest } = first
  const version = digest === undefined ? tag : digest.slice(0, digest.indexOf(':') + 13).replace(':', '-')
  return `${repository.replaceAll('/', '-')}-${version}.tar`
}
