import { ValidationError } from '../errors.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import type { Image } from '../oci/image.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { verifyDigest } from '../oci/verify.ts'
import { toSource } from '../source/from.ts'
import { blobsUnder, manifestsUnder } from './layout.ts'
import type { PlannedManifest, PushPlan } from './plan.ts'

/**
 * Finds the bytes of all that a plan sends.
 *
 * @throws {ValidationError} if the images lack some of it, or a tag is of a manifest that the plan has not
 * @throws {DigestMismatchError} if a manifest in the plan is not the one that it says it is
 */
export async function findContents(
  { blobs, manifests, tags }: PushPlan,
  images: readonly Image[],
): Promise<ReadonlyMap<Digest, Content>> {
  const contents = new Map<Digest, Content>()
  for (const image of images) {
    for (const { content } of blobsUnder(image)) contents.set(content.digest, content)
    for (const content of manifestsUnder(image)) contents.set(content.digest, content)
  }
  for (const manifest of manifests) {
    if (manifest.text !== undefined) contents.set(manifest.digest, await contentOf(manifest, manifest.text))
  }
  for (const wanted of [...blobs.filter(({ action }) => action !== 'present'), ...manifests]) {
    if (contents.get(wanted.digest)?.size !== wanted.size) throw lacking(wanted)
  }
  for (const { repository, tag, digest } of tags) {
    const isPut = manifests.some((manifest) => manifest.repository === repository && manifest.digest === digest)
    if (!isPut) throw untaggable(`${repository}:${tag}`, digest)
  }
  return contents
}

async function contentOf({ mediaType, digest }: PlannedManifest, text: string): Promise<Content> {
  const bytes = new TextEncoder().encode(text)
  verifyDigest(`the manifest ${digest} in the plan`, digest, await digestOf(bytes, createWasmHasher))
  return { mediaType, digest, size: bytes.length, source: toSource(bytes) }
}

function untaggable(name: string, digest: string): ValidationError {
  const message = `Cannot push: the plan sets ${name} to ${digest}, which is none of its manifests there; plan anew`
  return new ValidationError(message, { input: digest })
}

function lacking({ digest, size }: Descriptor): ValidationError {
  return new ValidationError(
    `Cannot push: the images hold no ${digest} of ${size} bytes, which the plan sends; pass those that it was made of`,
    { input: digest },
  )
}
