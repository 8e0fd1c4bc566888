import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Image, SingleImage } from '../images/image.ts'
import { isWhole, runnableImages, runsOn } from '../images/platforms.ts'
import { manifestDocument, remakeManifest } from '../images/remake-manifest.ts'
import { leftOut, type Rewriting, rewriteTree } from '../images/rewrite-tree.ts'
import { selectImage } from '../images/select-image.ts'
import { selectPlatform } from '../images/select-platforms.ts'
import { checkPlatforms } from '../images/wanted-platforms.ts'
import type { Digest } from '../oci/digest.ts'
import { imagesUnder, outdatedReferrers } from './changed-images.ts'
import { checkEdits } from './check-edits.ts'
import { editConfig } from './edit-config.ts'
import { editMapField } from './edit-map.ts'
import type { EditOptions, ImageEdits } from './image-edits.ts'
import { configDocument, remakeImage } from './remake-image.ts'

/** Edits an image; throws what `editImage` throws. */
export async function runEdit(image: Image, unchecked: ImageEdits, options: EditOptions): Promise<Image> {
  const edits = checkEdits(unchecked)
  const { onWarning = () => {}, runtime: { createHasher = createPortableHasher } = {} } = options
  // Of an index with one platform, a push takes the manifest of this platform alone.
  const isOne = !isWhole(image) && runnableImages(image).length === 1
  const before = isOne ? await selectImage(image, { onWarning }, createHasher) : image
  const { annotations, manifestAnnotations, ...config } = edits
  const { platforms: chosen = 'all' } = options
  const platforms = chosen === 'all' ? undefined : checkPlatforms(chosen, undefined)
  for (const platform of platforms ?? []) selectPlatform(before, platform)
  const isMeant = (image: Image) => !platforms || platforms.some((platform) => runsOn(image, platform))
  const images = imagesUnder(before).filter(isMeant)
  const isOfImages = manifestAnnotations !== undefined || Object.keys(config).length > 0
  if (isOfImages && images.length === 0) throw withoutImages(before)

  const isEdited = new Set<SingleImage>(images)
  const left: [Digest, Digest][] = []
  const rewriting: Rewriting = {
    createHasher,
    changed: new Map(),
    onLeftOut: (...one) => left.push(one),
    async rewrite(image) {
      if (!isEdited.has(image) || image.kind !== 'image') return image
      const document = await manifestDocument(image)
      const manifest = editMapField(document, 'annotations', manifestAnnotations)
      return remakeImage(image, { config: editConfig(await configDocument(image), edits), manifest }, createHasher)
    },
  }
  const rewritten = await rewriteTree(before, rewriting)
  const edited = await annotate(rewritten)
  options.signal?.throwIfAborted()
  const isChanged = (digest: Digest) =>
    rewriting.changed.has(digest) || (digest === before.manifest.digest && edited !== before)
  for (const [digest, about] of [...left, ...outdatedReferrers(before, isChanged)]) onWarning(leftOut(digest, about))
  return edited

  async function annotate(image: Image): Promise<Image> {
    const document = await manifestDocument(image)
    const annotated = editMapField(document, 'annotations', annotations)
    if (annotated === document) return image
    const manifest = await remakeManifest(image, annotated, createHasher)
    return { ...image, manifest, referrers: [] }
  }
}

function withoutImages({ manifest: { digest }, kind, artifactType = 'a signature or an attestation' }: Image) {
  const fault = kind === 'index' ? 'the index lists no image' : `it is an artifact (${artifactType})`
  return new ValidationError('NOT_SUPPORTED', `Cannot edit the config of ${digest}: ${fault}`, {
    remedy: 'edit only its annotations, or edit the image that it is about',
    input: digest,
  })
}
