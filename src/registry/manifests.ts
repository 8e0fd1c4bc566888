import { delay } from '../async/delay.ts'
import { ResponseError } from '../errors.ts'
import { type Answer, unexpectedAnswer, verifyStatedDigest } from '../http/answer.ts'
import { delayBefore } from '../http/retry-after.ts'
import type { Content } from '../oci/descriptor.ts'
import { parseTagOrDigest } from '../oci/reference.ts'
import { readAll } from '../source/source.ts'
import type { Registry } from './registry.ts'
import { locateRepository } from './repository.ts'
import type { RegistryRequest } from './send.ts'

/** A manifest and where it is put. */
export interface ManifestPut {
  readonly repository: string
  readonly content: Content
}

/**
 * Puts a manifest under a tag or its digest. All that it names has to be there already.
 *
 * @returns true if the registry says that it lists the manifest as a referrer (distribution-spec § Pushing Manifests
 *   with Subject); it may do so without a word, and a page may not read that
 * @throws {DigestMismatchError} if the registry says that it took other bytes
 * @throws {ResponseError} if it refuses
 */
export async function putManifest(
  registry: Registry,
  { repository, content }: ManifestPut,
  reference: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { url } = manifestAt(registry, repository, reference)
  const answer = await sendManifest(registry, { repository, content }, reference, { url, signal })
  verifyStatedDigest(answer, content.digest)
  return answer.headers.has('oci-subject')
}

/** Puts a manifest at a URL of its own. Who calls checks the digest of the answer. */
export async function sendManifest(
  registry: Registry,
  { repository, content: { mediaType, source } }: ManifestPut,
  reference: string,
  request: Pick<RegistryRequest, 'url' | 'allow' | 'signal'>,
): Promise<Answer> {
  registry.manifestTypes.set(repository, mediaType)
  const put = {
    ...request,
    act: `put the manifest ${reference} of "${repository}"`,
    method: 'PUT',
    scopes: locateRepository(registry.url, repository).push,
    headers: { 'content-type': mediaType },
    body: await readAll(source, request.signal),
  } as const
  for (let tries = 1; ; tries++) {
    try {
      const answer = await registry.send(put)
      if (isIndifferent(answer)) throw unexpectedAnswer(answer, 'a registry answers 201, or names what it has put')
      return answer
    } catch (error) {
      if (!isRace(error) || tries > RACE_TRIES) throw error
      await delay(delayBefore(tries, RACE_DELAY), request.signal)
    }
  }
}

/** Tells whether a server may answer so to whatever it is asked: it says nothing of the manifest that it got. */
function isIndifferent({ status, headers }: Answer): boolean {
  return [200, 204].includes(status) && !headers.has('location') && !headers.has('docker-content-digest')
}

/**
 * How often a manifest is put again after the answer of a race, and the longest wait before the first time in
 * milliseconds.
 */
const [RACE_TRIES, RACE_DELAY] = [5, 200]

/**
 * Tells whether a registry may have met another push of the same image. distribution 2.8 reads its record of a blob
 * while another request writes it, takes the empty record for a wrong digest, and says so of the manifest.
 */
function isRace(error: unknown): boolean {
  if (!(error instanceof ResponseError) || error.status !== 400) return false
  return error.errors.some(({ code }) => code === 'DIGEST_INVALID')
}

/** A manifest in a registry, by its tag or its digest. */
export interface ManifestPlace extends Pick<RegistryRequest, 'url' | 'scopes'> {
  readonly registry: Registry
  readonly repository: string
  readonly reference: string
}

/** @throws {ValidationError} if the repository or the reference is not valid */
export function manifestAt(registry: Registry, repository: string, reference: string): ManifestPlace {
  const { path, pull } = locateRepository(registry.url, repository)
  const url = `${path}manifests/${parseTagOrDigest(reference)}`
  return { registry, repository, reference, url, scopes: pull }
}
