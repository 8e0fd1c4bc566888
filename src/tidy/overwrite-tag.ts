import { createPortableHasher } from '../hash/sha256.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import { deleteManifest } from '../registry/delete-manifest.ts'
import { putManifest } from '../registry/manifests.ts'
import type { Registry } from '../registry/registry.ts'
import { toSource } from '../source/from.ts'

/** A tag to delete, and the manifest that it names. */
interface Overwriting {
  readonly registry: Registry
  readonly repository: string
  readonly tag: string
  readonly manifest: Descriptor & { readonly bytes: Uint8Array<ArrayBuffer> }
  readonly signal: AbortSignal | undefined
}

/** JSON ignores these. Each stands for two bits. */
const WHITE_SPACE = ' \t\n\r'

/**
 * Deletes a tag in a registry that deletes only manifests: moves the tag to a copy of its manifest with white space
 * added, and deletes the copy. The tag never names another image, whatever fails. Call it only if the registry deletes
 * manifests.
 *
 * @throws the error of the delete, after the tag was restored
 */
export async function overwriteTag({ registry, repository, tag, manifest, signal }: Overwriting): Promise<void> {
  const { mediaType } = manifest
  const put = async (bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Digest> => {
    const digest = await digestOf(bytes, createPortableHasher)
    const content = { mediaType, digest, size: bytes.length, source: toSource(bytes) }
    await putManifest(registry, { repository, content }, tag, signal)
    return digest
  }
  signal?.throwIfAborted()
  // From here on an abort has to wait: it would leave the tag at the copy.
  const copy = await put(withWhiteSpace(manifest.bytes))
  try {
    await deleteManifest({ registry, repository, signal: undefined }, copy)
  } catch (error) {
    await put(manifest.bytes)
    throw error
  }
}

/** Adds 128 random bits as white space, so that no other manifest has the same digest. */
function withWhiteSpace(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const random = crypto.getRandomValues(new Uint8Array(64))
  const padded = new Uint8Array(bytes.length + random.length)
  padded.set(bytes)
  padded.set(
    random.map((byte) => WHITE_SPACE.charCodeAt(byte % 4)),
    bytes.length,
  )
  return padded
}
