import { expect } from 'vitest'
import { type Descriptor, type Digest, pushDockerTar } from '../../src/index.ts'
import { KINDS } from './kinds.ts'
import { createLayout, type LayoutBuilder, withPlatform } from './layout.ts'
import {
  addArtifact,
  addCosignSignature,
  addPackedImage,
  HERE,
  type IndexEntry,
  type PackedImageOptions,
} from './packed-images.ts'

/** An image in a registry. Of an index, the config and the layers are those of the image for this machine. */
export interface PublishedImage {
  /** Its full name: `127.0.0.1:5000/team/app:v1`. */
  readonly name: string
  readonly repository: string
  readonly tag: string
  /** Of its manifest or index. */
  readonly digest: Digest
  /** Of the manifest for this machine. */
  readonly image: Digest
  readonly config: Digest
  readonly diffIds: readonly Digest[]
}

/** Of an index, the image for this machine comes first. */
export interface PublishOptions extends Omit<PackedImageOptions, 'text' | 'platform'> {
  /** The other platforms of an index. @default no index: only the image for this machine */
  readonly others?: readonly string[]
  /** Adds an attestation of the image for this machine to the index. */
  readonly attest?: (layout: LayoutBuilder, subject: Descriptor) => Promise<IndexEntry>
  readonly tag?: string
  /** Adds a signature of the whole, and one as cosign makes it of the image for this machine. @default false */
  readonly isSigned?: boolean
}

const run = Date.now().toString(36)
let count = 0

/** Gives a text that no other image of this run has. */
export function unique(): string {
  return `${run}-${count++}`
}

/** Puts an image, or an index, into a registry. No other image has its layers. */
export async function publishImage(url: string, options: PublishOptions = {}): Promise<PublishedImage> {
  const { others, attest, tag = 'v1', isSigned, ...packing } = options
  const [layout, repository, text] = [createLayout(), `published/${unique()}`, unique()]
  const image = await addPackedImage(layout, { ...packing, text })
  const index = others && [withPlatform(image.descriptor, HERE)]
  for (const platform of others ?? []) {
    index?.push(withPlatform((await addPackedImage(layout, { ...packing, text, platform })).descriptor, platform))
  }
  if (attest) index?.push(await attest(layout, image.descriptor))
  const mediaType = KINDS[packing.kind ?? 'oci'].index
  const root = index ? await layout.add(mediaType, { schemaVersion: 2, mediaType, manifests: index }) : image.descriptor
  const signatures = isSigned
    ? [
        { ...(await addArtifact(layout, root, 'application/vnd.test.signature')) },
        await addCosignSignature(layout, image.descriptor),
      ]
    : []
  layout.list({ ...root }, ...signatures)
  expect(await pushDockerTar(layout.tar(), url, repository, tag)).toBe(root.digest)
  return {
    name: `${new URL(url).host}/${repository}:${tag}`,
    repository,
    tag,
    ...image,
    digest: root.digest,
    image: image.descriptor.digest,
  }
}
