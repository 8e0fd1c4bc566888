import type { Descriptor } from '../oci/descriptor.ts'
import { digestOf, shortDigest } from '../oci/digest.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { verifyDigest } from '../oci/verify.ts'
import { readAnswer, unexpectedAnswer, verifyStatedDigest } from './answer.ts'
import type { Registry } from './registry.ts'
import { locateRepository } from './repository.ts'

/**
 * Asks whether a repository has a blob. Only 404 says that it has not: any other failure is one.
 *
 * @throws {ResponseError} if the registry refuses, or has another size under this digest
 * @throws {DigestMismatchError} if it states another digest
 */
export async function hasBlob(
  registry: Registry,
  repository: string,
  { digest, size }: Descriptor,
  signal?: AbortSignal,
): Promise<boolean> {
  const { path, pull } = locateRepository(registry.url, repository)
  const answer = await registry.send({
    act: `look for ${shortDigest(digest)} in "${repository}"`,
    method: 'HEAD',
    url: `${path}blobs/${digest}`,
    scopes: pull,
    allow: [404],
    signal,
  })
  if (answer.status === 404) return false
  verifyStatedDigest(answer, digest)
  const length = answer.headers.get('content-length')
  // Proxies that compress leave it out, and then 0 is no size either.
  if (!length || length === String(size) || length === '0') return true
  throw unexpectedAnswer(answer, `it holds ${length} bytes under this digest, which has ${size}`)
}

/**
 * Reads a small blob whole, and verifies it.
 *
 * @param limit In bytes.
 * @throws {DigestMismatchError} if the bytes are not the descriptor's
 */
export async function getBlob(
  registry: Registry,
  repository: string,
  { digest }: Pick<Descriptor, 'digest'>,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const act = `read ${shortDigest(digest)} of "${repository}"`
  const { path, pull } = locateRepository(registry.url, repository)
  const answer = await registry.send({ act, method: 'GET', url: `${path}blobs/${digest}`, scopes: pull, signal })
  const bytes = await readAnswer(answer, limit)
  verifyDigest(`what the registry holds as ${digest}`, digest, await digestOf(bytes, createWasmHasher))
  return bytes
}
