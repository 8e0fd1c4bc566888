import { ValidationError } from '../errors.ts'
import type { Content, Descriptor } from '../oci/descriptor.ts'
import { digestOf, isOtherDigest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { toSource } from '../source/from.ts'
import { readAll, type Source } from '../source/source.ts'
import { hasFile, openEntry } from './file-index.ts'
import { claimJson, claimValues } from './json-file.ts'
import type { Reading } from './reading.ts'

/** Content that is listed by another algorithm than SHA-256, so that it cannot be verified here. */
export class UnverifiableError extends ValidationError {
  constructor(digest: string) {
    super(`Cannot read ${digest}: only SHA-256 can be verified here; make the image with SHA-256`, { input: digest })
  }
}

/**
 * Gives nothing for content that cannot be verified, with a warning.
 *
 * @param onLeftOut Called with the reason.
 */
export async function unlessUnverifiable<T>(
  { warn }: Reading,
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

/** A small content whose bytes are needed: read, and verified. */
export async function readContent(reading: Reading, descriptor: Descriptor): Promise<Content | undefined> {
  const content = await findContent(reading, descriptor)
  if (!content) return undefined
  claimJson(reading, content.size, content.digest)
  const bytes = await readAll(content.source, reading.signal)
  claimValues(reading, bytes, content.digest)
  verifyDigest(
    `what the layout holds as ${content.digest}`,
    content.digest,
    await digestOf(bytes, reading.createHasher),
  )
  return { ...content, source: toSource(bytes) }
}

/**
 * Finds a content's bytes in the layout, or in the descriptor itself (image-spec § Embedded Content).
 *
 * @throws {UnverifiableError} if its digest is by another algorithm than SHA-256
 */
export async function findContent(reading: Reading, descriptor: Descriptor): Promise<Content | undefined> {
  const { mediaType, digest, size } = descriptor
  if (isOtherDigest(digest)) throw new UnverifiableError(digest)
  const path = `blobs/sha256/${digest.slice('sha256:'.length)}`
  const source = hasFile(reading.files, path)
    ? await openEntry(reading.files, path, 'the layout', reading.signal)
    : embeddedSource(descriptor)
  if (!source) return undefined
  if (source.size === size) return { mediaType, digest, size, source }
  throw new ValidationError(`Cannot read the layout: ${digest} should have ${size} bytes, but has ${source.size}`, {
    path,
    input: digest,
  })
}

function embeddedSource(descriptor: Descriptor & { readonly data?: unknown }): Source | undefined {
  const { data } = descriptor
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(data) || data.length % 4 !== 0) return undefined
  return toSource(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)))
}
