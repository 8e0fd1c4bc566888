import { NetworkError } from '../errors.ts'
import type { Answer } from '../http/answer.ts'
import { countAnswer } from '../http/stream-answer.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { shortDigest } from '../oci/digest.ts'
import { releaseBody } from '../source/release.ts'
import type { Registry } from './registry.ts'
import { locateRepository } from './repository.ts'

/** In bytes: of a larger blob that comes whole, its stated length counts. */
const MAX_READ = 64 * 1024 * 1024

/**
 * Tells whether a repository can give a blob in its whole size. It reads the last byte: an answer to HEAD may come from
 * a cache. A registry that has lost the bytes answers 404, or begins an answer and breaks it off (distribution 2).
 *
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer, or a web page may not read where it keeps its blobs
 */
async function givesBlob(
  registry: Registry,
  repository: string,
  blob: Descriptor,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const answer = await askForEnd(registry, repository, blob, signal)
    try {
      return await isWhole(answer, blob)
    } catch (error) {
      // Once it may be the network.
      if (!(error instanceof NetworkError)) throw error
      if (tries === 2) return false
    }
  }
}

/**
 * Tells the same, but believes HEAD where nothing can be read: a web page may not be let read where the registry keeps
 * its blobs.
 *
 * @param isSaid Whether HEAD says that the blob is there.
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer, and HEAD does not say that the blob is there
 */
export async function isHeld(
  registry: Registry,
  repository: string,
  blob: Descriptor,
  isSaid: boolean,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    return await givesBlob(registry, repository, blob, signal)
  } catch (error) {
    if (isSaid && error instanceof NetworkError) return true
    throw error
  }
}

/** Asks for the last byte, and for the byte after it, which has to be absent. */
function askForEnd(
  registry: Registry,
  repository: string,
  { digest, size }: Descriptor,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { path, pull } = locateRepository(registry.url, repository)
  return registry.send({
    act: `read the end of ${shortDigest(digest)} in "${repository}"`,
    method: 'GET',
    url: `${path}blobs/${digest}`,
    scopes: pull,
    headers: { range: `bytes=${startOf(size)}-${size}` },
    allow: [404, 416],
    signal,
  })
}

async function isWhole(answer: Answer, { size }: Descriptor): Promise<boolean> {
  if (answer.status === 404) return false
  // The byte does not exist.
  if (answer.status === 416) return size === 0
  if (answer.status === 206) return (await countAnswer(answer, size)) === size - startOf(size)
  // A server may ignore the range, and give the whole blob.
  const length = answer.headers.has('content-encoding') ? null : answer.headers.get('content-length')
  if (length === String(size) && size > MAX_READ) {
    releaseBody(answer.body)
    return true
  }
  return (await countAnswer(answer, size)) === size
}

function startOf(size: number): number {
  return Math.max(size - 1, 0)
}
