import { DigestMismatchError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { isHtml, readAnswer, unexpectedAnswer, verifyStatedDigest } from '../http/answer.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { digestOf, parseDigest, shortDigest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { Registry } from './registry.ts'
import { locateRepository } from './repository.ts'

/**
 * Asks whether a repository has a blob. Only 404 says that it does not: any other failure is an error. A blob whose
 * size is another one counts as absent: it is uploaded again.
 *
 * @throws {ResponseError} if the registry refuses
 * @throws {DigestMismatchError} if it states another digest
 */
export async function hasBlob(
  registry: Registry,
  repository: string,
  blob: Descriptor,
  signal?: AbortSignal,
): Promise<boolean> {
  return (await lookForBlob(registry, repository, blob, signal)) === 'there'
}

/**
 * The same. `doubtful` says that the registry has something under the digest, and tells another size: of a part, or
 * wrongly.
 */
export async function lookForBlob(
  registry: Registry,
  repository: string,
  { digest, size }: Descriptor,
  signal?: AbortSignal,
): Promise<'there' | 'absent' | 'doubtful'> {
  const { path, pull } = locateRepository(registry.url, repository)
  const answer = await registry.send({
    act: `look for ${shortDigest(digest)} in "${repository}"`,
    method: 'HEAD',
    url: `${path}blobs/${digest}`,
    scopes: pull,
    allow: [404],
    signal,
  })
  if (answer.status === 404) return 'absent'
  verifyStatedDigest(answer, digest)
  const length = answer.headers.get('content-length')
  // The length of what a proxy compresses says nothing, and most proxies leave it out.
  if (!length || length === String(size) || answer.headers.has('content-encoding')) return 'there'
  if (length !== '0' && isHtml(answer.headers)) throw unexpectedAnswer(answer, 'that is a web page')
  return 'doubtful'
}

/**
 * Reads a small blob whole, and verifies it.
 *
 * @param limit In bytes.
 * @throws {ValidationError} if its digest is by another algorithm than SHA-256
 * @throws {DigestMismatchError} if the bytes are not the descriptor's
 */
export async function getBlob(
  registry: Registry,
  repository: string,
  { digest }: Pick<Descriptor, 'digest'>,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  parseDigest(digest, 'the blob')
  const act = `read ${shortDigest(digest)} of "${repository}"`
  const { path, pull } = locateRepository(registry.url, repository)
  const url = `${path}blobs/${digest}`
  const kept = registry.documents?.get(url)
  signal?.throwIfAborted()
  if (kept) return kept.bytes
  async function read(cache?: 'kept'): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await registry.send({
      act,
      method: 'GET',
      url,
      scopes: pull,
      cache,
      signal,
    })
    const bytes = await readAnswer(answer, limit)
    verifyDigest(`what the registry holds as ${digest}`, digest, await digestOf(bytes, createPortableHasher))
    registry.documents?.set(url, { bytes })
    return bytes
  }
  return read('kept').catch((error) => {
    // A browser may keep a blob for a year, also after the registry has put it right.
    if (error instanceof DigestMismatchError) return read()
    throw error
  })
}
