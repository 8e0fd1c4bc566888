import { ResponseError } from '../errors.ts'
import { type Answer, verifyStatedDigest } from '../http/answer.ts'
import { type Digest, shortDigest } from '../oci/digest.ts'
import { releaseBody } from '../source/release.ts'
import type { Registry } from './registry.ts'
import { locateRepository } from './repository.ts'

/** Statuses for a blob that may exist anyway: a registry or a proxy may not know HEAD. */
const MISSES = [403, 404, 405, 501]

/**
 * Asks for the size of a blob: by HEAD, and where that does not tell it, by GET without the body.
 *
 * @returns the size in bytes
 * @throws {DigestMismatchError} if the registry states another digest
 * @throws {ResponseError} if it refuses, does not have the blob (`status` 404), or does not tell the size
 */
export async function readBlobSize(
  registry: Registry,
  repository: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<number> {
  const { path, pull } = locateRepository(registry.url, repository)
  const request = { act: `read ${shortDigest(digest)} of "${repository}"`, url: `${path}blobs/${digest}`, scopes: pull }
  const head = await registry.send({ ...request, method: 'HEAD', allow: MISSES, signal })
  const size = head.status < 300 ? sizeIn(head, digest) : undefined
  if (size !== undefined) return size
  const answer = await registry.send({ ...request, method: 'GET', signal })
  releaseBody(answer.body)
  const whole = sizeIn(answer, digest)
  if (whole !== undefined) return whole
  throw new ResponseError('UNEXPECTED_ANSWER', `Cannot ${request.act}: the registry does not tell its size`, {
    remedy: 'pass the descriptor of the blob, such as a layer of its manifest, instead of the digest',
    method: 'GET',
    // Not that of the answer: after a redirect it may be a signed one.
    url: new URL(request.url, registry.url).href,
    status: answer.status,
  })
}

/** The length of what a proxy compresses says nothing, and most proxies leave it out. */
function sizeIn(answer: Answer, digest: Digest): number | undefined {
  const { headers } = answer
  verifyStatedDigest(answer, digest)
  const length = headers.has('content-encoding') ? null : headers.get('content-length')
  return length !== null && /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined
}
