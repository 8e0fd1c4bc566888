import { imageOf, optionalList, optionalText } from '../check-options.ts'
import type { Image } from '../images/image.ts'
import type { Digest } from '../oci/digest.ts'
import { isTag } from '../oci/reference.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import { heldBlobs } from './held-blobs.ts'
import { nameImage } from './plan/naming.ts'
import { pushImages } from './push.ts'
import type { PushImageOptions } from './push-image-options.ts'

/** Where an image is pushed, as far as the caller says. */
interface PushPlace {
  readonly repository: string | undefined
  readonly tag: string | undefined
}

/** Pushes an image; throws what `pushImage` throws. Call it inside `withControl`. */
export async function runImagePush(
  image: Image,
  registry: RegistryInput,
  { repository, tag }: PushPlace,
  options: PushImageOptions,
): Promise<Digest> {
  imageOf(image)
  optionalText('repository', repository, 'the name of a repository, such as "team/app"')
  optionalText('tag', tag, 'a tag')
  const handle = toRegistry(registry)
  const named = nameImage(image, { registry: handle.url, repository, tags: tagsOf(image, tag, options.tags) })
  const held = heldBlobs([image], handle, options)
  const { digestChanges } = await pushImages([named], [image], handle, { ...options, held })
  const change = digestChanges.find(({ from }) => from === image.manifest.digest)
  return change?.to ?? image.manifest.digest
}

/** The tags that are given, or `undefined` for the image's own. */
function tagsOf(
  { names, tags }: Image,
  tag: string | undefined,
  others: readonly string[] | undefined,
): readonly string[] | undefined {
  const given = optionalList('tags', others)
  if (tag !== undefined) return [tag, ...(given ?? [])]
  return given ?? (names.length > 0 || tags.some(isTag) ? undefined : [])
}
