import { loaded } from '../async/lazy.ts'
import type { Compressor, OnRead } from '../compress/compressor.ts'
import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Image } from '../images/image.ts'
import { referrersUnder } from '../images/platforms.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import { parseTag } from '../oci/reference.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { RuntimeOptions } from '../runtime.ts'
import { toSource } from '../source/from.ts'
import { blobsUnder, manifestsUnder } from './plan/needs.ts'
import type { PlannedBlob, PlannedCompression, PlannedManifest, PushPlan } from './plan/plan.ts'

/** Makes the bytes of compressed layers. */
interface Compressing {
  readonly compressor: Compressor
  readonly runtime?: RuntimeOptions['runtime']
  readonly onRead?: OnRead | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds the bytes of all that a plan sends. It may come from anywhere: what it says is looked at before anything is
 * sent. Layers are compressed when they are read.
 *
 * @throws {TypeError} if another encoder is here than the plan was made with
 * @throws {ValidationError} if the images lack some of it, or it sets a tag to a manifest that it does not put
 * @throws {DigestMismatchError} if a manifest in the plan is not the one that it says it is
 */
export async function findContents(
  { blobs, manifests, tags }: PushPlan,
  images: readonly Image[],
  { compressor, ...making }: Partial<Compressing>,
): Promise<ReadonlyMap<Digest, Content>> {
  const contents = new Map<Digest, Content>()
  for (const image of [...images, ...referrersUnder(images)]) {
    for (const { content } of blobsUnder(image, 'upload')) contents.set(content.digest, content)
    for (const content of manifestsUnder(image)) contents.set(content.digest, content)
  }
  for (const manifest of manifests) {
    if (manifest.text !== undefined) contents.set(manifest.digest, await contentOf(manifest, manifest.text))
  }
  for (const blob of blobs) {
    const { action, compression } = blob
    const layer = compression && contents.get(compression.from)
    if (action === 'present' || !layer || !compressor) continue
    contents.set(blob.digest, await compressedContent(blob, compression, layer, { ...making, compressor }))
  }
  for (const wanted of [...blobs.filter(({ action }) => action !== 'present'), ...manifests]) {
    if (contents.get(wanted.digest)?.size !== wanted.size) throw lacking(wanted)
  }
  for (const { repository, tag, digest } of tags) {
    const name = `${repository}:${parseTag(tag)}`
    const isPut = manifests.some((manifest) => manifest.repository === repository && manifest.digest === digest)
    if (!isPut) throw untaggable(name, digest)
  }
  return contents
}

async function contentOf({ mediaType, digest }: PlannedManifest, text: string): Promise<Content> {
  const bytes = new TextEncoder().encode(text)
  verifyDigest(`the manifest ${digest} in the plan`, digest, await digestOf(bytes, createPortableHasher))
  return { mediaType, digest, size: bytes.length, source: toSource(bytes) }
}

function untaggable(name: string, digest: Digest): ValidationError {
  return new ValidationError(
    'PLAN_MISMATCH',
    `Cannot push: the plan sets ${JSON.stringify(name)} to ${digest}, which it does not put there`,
    { input: name },
  )
}

async function compressedContent(
  { mediaType, digest, size }: PlannedBlob,
  { format, level, encoder: name }: PlannedCompression,
  layer: Content,
  { compressor, runtime, onRead, signal }: Compressing,
): Promise<Content> {
  const { createEncoder } = await loaded(import('../compress/create-encoder.ts'), signal)
  const encoder = await createEncoder({ format, level }, { runtime, signal })
  if (encoder.name === name) {
    return { mediaType, digest, size, source: compressor.open(layer, encoder, { digest, size }, onRead) }
  }
  throw new TypeError(
    `Cannot push: the plan was made where ${name} compresses, but here it is ${encoder.name}; plan again, or use createPortableEncoder in both places`,
  )
}

function lacking({ digest, size }: Descriptor): ValidationError {
  return new ValidationError(
    'PLAN_MISMATCH',
    `Cannot push: the images hold no ${digest} of ${size} bytes, which the plan sends`,
    { remedy: 'pass the images that the plan was made from', input: digest },
  )
}
