import { ResponseError } from '../../errors.ts'
import type { Answer } from '../../http/answer.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import { locateRepository } from '../repository.ts'
import { readSession } from './session.ts'
import type { Upload, UploadSession } from './upload-options.ts'

/** Answers after which an upload without a mount may still work (google/go-containerregistry#1404). */
const MOUNT_REFUSALS = [400, 401, 403, 404, 405, 409, 422, 500, 501]

/** The parts of an upload that open it. */
type Opening = Pick<Upload, 'registry' | 'repository' | 'send'> & { readonly blob: Descriptor }

/**
 * Opens an upload; or mounts the blob from another repository, where that works. A registry that does not mount opens
 * an upload in the same answer, or none.
 */
export async function openSession(upload: Opening, from: string | undefined): Promise<UploadSession | 'mounted'> {
  const mounted = from === undefined ? undefined : await mount(upload, from)
  if (mounted?.status === 201) return 'mounted'
  const answer = mounted ?? (await upload.send(openingOf(upload)))
  learnLimits(upload, answer.headers)
  return readSession(upload, answer, 0)
}

function openingOf({ registry, repository }: Opening) {
  const url = `${locateRepository(registry.url, repository).path}blobs/uploads/`
  return { act: `open an upload to "${repository}"`, method: 'POST', url } as const
}

/** A token server may not let us read where the blob is: then there is no mount, but an upload as ever. */
async function mount(upload: Opening, from: string): Promise<Answer | undefined> {
  const { registry, send, blob } = upload
  const { name, pull } = locateRepository(registry.url, from)
  const opening = openingOf(upload)
  const url = `${opening.url}?mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(name)}`
  try {
    const answer = await send({ ...opening, url, scopes: pull, allow: MOUNT_REFUSALS })
    return answer.status < 300 ? answer : undefined
  } catch (error) {
    if (error instanceof ResponseError && MOUNT_REFUSALS.includes(error.status)) return undefined
    throw error
  }
}

/**
 * Learns what the registry asks for when it opens a session. Limits only become stricter: what it has refused stays
 * refused.
 */
function learnLimits({ registry }: Opening, headers: Headers): void {
  const minChunkSize = limitIn(headers, 'oci-chunk-min-length')
  const maxChunkSize = limitIn(headers, 'oci-chunk-max-length')
  const { current } = registry.capabilities
  if (minChunkSize !== undefined)
    registry.capabilities.learn({ minChunkSize: Math.max(minChunkSize, current.minChunkSize) })
  // The header is Cloudflare's own (cloudflare/serverless-registry#138).
  if (maxChunkSize === undefined) return
  registry.capabilities.learn({ maxChunkSize: Math.min(maxChunkSize, current.maxChunkSize), closesEmpty: true })
}

function limitIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)
  return text && /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined
}
