import { ValidationError } from '../errors.ts'
import { fromBase64 } from '../oci/base64.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import { type CreateHasher, digestOf, isOtherDigest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { toSource } from '../source/from.ts'
import type { Source } from '../source/source.ts'
import type { Image } from './image.ts'

/** Where the bytes of descriptors are: a layout in an archive, or a registry. */
export interface ContentStore {
  /** Names the store in messages: `the layout`. */
  readonly name: string
  readonly limits: {
    /** Manifests and indexes in all, each as often as it is listed. */
    readonly manifests: number
    /** How deep indexes may list indexes. */
    readonly indexDepth: number
  }
  readonly createHasher: CreateHasher
  /** Opens the bytes of a descriptor. Returns `undefined` if the store does not have them. */
  open(descriptor: Descriptor): Promise<Source | undefined>
  /**
   * Reads a manifest or a config whole.
   *
   * @throws {ValidationError} if it is larger than such a document may be
   */
  readDocument(content: Content): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Checks that the layers of an image fit its config.
   *
   * @throws {ValidationError} if they do not
   */
  verifyLayers(image: Image): Promise<void>
  /**
   * Learns which manifests will be opened, in their order, so that it can get them early. @default none is
   */
  expect?(digests: readonly string[]): void
  /** Reports anything that is unusual, but harmless. */
  warn(warning: string): void
}

/** Content whose digest is by another algorithm than SHA-256, so that it cannot be verified here. */
export class UnverifiableError extends ValidationError {
  constructor(digest: string) {
    super('NOT_SUPPORTED', `Cannot read ${digest}: only SHA-256 can be verified here`, {
      remedy: 'make the image with SHA-256',
      input: digest,
    })
  }
}

/**
 * Resolves to `undefined`, with a warning, for content that cannot be verified.
 *
 * @param onLeftOut Called with the reason.
 */
export async function unlessUnverifiable<T>(
  { warn }: Pick<ContentStore, 'warn'>,
  content: Promise<T>,
  onLeftOut?: (reason: UnverifiableError) => void,
): Promise<T | undefined> {
  try {
    return await content
  } catch (error) {
    if (!(error instanceof UnverifiableError)) throw error
    warn(`${error.message}. What needs it was left out.`)
    onLeftOut?.(error)
    return undefined
  }
}

/**
 * Finds a manifest or a config, reads it, and verifies it.
 *
 * @throws {UnverifiableError} if its digest is by another algorithm than SHA-256
 * @throws {ValidationError} if it has another size than the descriptor says, or is too large
 * @throws {DigestMismatchError} if its bytes have another digest
 */
export async function readContent(store: ContentStore, descriptor: Descriptor): Promise<Content | undefined> {
  const content = await findContent(store, descriptor)
  if (!content) return undefined
  const { digest } = content
  const bytes = await store.readDocument(content)
  verifyDigest(`what ${store.name} holds as ${digest}`, digest, await digestOf(bytes, store.createHasher))
  return { ...content, source: toSource(bytes) }
}

/**
 * Finds the bytes of a descriptor in the store, or in the descriptor itself (image-spec § Embedded Content). Does not
 * read them.
 *
 * @throws {UnverifiableError} if its digest is by another algorithm than SHA-256
 * @throws {ValidationError} if they have another size than the descriptor says
 */
export async function findContent(store: ContentStore, descriptor: Descriptor): Promise<Content | undefined> {
  const { mediaType, digest, size } = descriptor
  if (isOtherDigest(digest)) throw new UnverifiableError(digest)
  const source = (await store.open(descriptor)) ?? openEmbedded(descriptor)
  if (!source) return undefined
  if (source.size === size) return { mediaType, digest, size, source }
  throw new ValidationError(
    'IMAGE_INVALID',
    `Cannot read ${store.name}: ${digest} should have ${size} bytes, but has ${source.size}`,
    { input: digest },
  )
}

function openEmbedded(descriptor: Descriptor & { readonly data?: unknown }): Source | undefined {
  const { data } = descriptor
  // With its padding (image-spec § Properties: RFC 4648 § 4).
  const bytes = typeof data === 'string' && data.length % 4 === 0 ? fromBase64(data) : undefined
  return bytes && toSource(bytes)
}
