import { type Answer, verifyStatedDigest } from '../../http/answer.ts'
import { uploadLocation, withDigest } from '../../http/location.ts'
import { shortDigest } from '../../oci/digest.ts'
import { releaseBody } from '../../source/release.ts'
import type { Chunk } from './chunk.ts'
import type { Upload, UploadSession } from './upload-options.ts'

/** In milliseconds: what cancelling an upload may take. */
const GRACE = 5_000

/**
 * Reads the session that an answer opens, or that continues from a known one. An answer without a `Location` keeps the
 * known location.
 */
export function readSession(
  { registry }: Pick<Upload, 'registry'>,
  answer: Answer,
  offset: number,
  known?: Pick<UploadSession, 'location' | 'isStored'>,
): UploadSession {
  const isHere = known && !answer.headers.has('location')
  const location = isHere ? known.location : uploadLocation(answer, registry.url)
  return { location, offset, ...(known?.isStored && { isStored: true }) }
}

/**
 * Sends a chunk: the last one in the request that closes the upload.
 *
 * @returns the session as it continues; nothing once it is closed
 */
export async function sendChunk(
  upload: Upload,
  session: UploadSession,
  { start, end, isClosing, body, timeout, standstill, readFailure }: Chunk,
): Promise<UploadSession | undefined> {
  const { location } = session
  const { digest, size } = upload.blob
  const isWhole = start === 0 && end === size
  const sending = upload.send({
    act: `upload ${shortDigest(digest)} to "${upload.repository}"`,
    method: isClosing ? 'PUT' : 'PATCH',
    url: isClosing ? withDigest(location, digest) : location,
    headers: {
      // Said outright: distribution takes no other type, and a body may bring its own.
      'content-type': 'application/octet-stream',
      // Only true chunks have a range; GHCR and distribution 3 take it for a promise of more. Nothing has none.
      ...(!isWhole && start < end && { 'content-range': `${start}-${end - 1}` }),
      // A stream does not know.
      ...(typeof body === 'function' && { 'content-length': String(end - start) }),
    },
    body,
    isUpload: true,
    timeout,
    standstill,
  })
  const answer = await sending.catch(async (error) => {
    const failure = await readFailure?.()
    throw failure ? failure.error : error
  })
  if (isClosing) {
    verifyStatedDigest(answer, digest)
    return undefined
  }
  const taken = takenBytes(answer.headers)
  // ECR's `Range` stays where it was after the first chunk (aws/containers-roadmap#2831): only what lies within the
  // chunk is believed. And zot's has the length of this chunk alone (regclient/regclient#961).
  const isPart = taken !== undefined && taken > start && taken < end && taken !== end - start
  return readSession(upload, answer, isPart ? taken : end, session)
}

/**
 * Asks how far an upload is (distribution-spec § Pushing a blob in chunks).
 *
 * @param most How many bytes it can have got.
 * @returns the session as the registry sees it, without an offset where it does not say that; nothing where it does not
 *   tell
 */
export async function askSession(
  upload: Upload,
  session: UploadSession,
  most = upload.blob.size,
): Promise<(Omit<UploadSession, 'offset'> & { readonly offset: number | undefined }) | undefined | 'lost'> {
  const answer = await upload.send({
    act: `ask how far an upload to "${upload.repository}" is`,
    method: 'GET',
    url: session.location,
    allow: [400, 404, 405, 410, 416],
  })
  releaseBody(answer.body)
  if (answer.status === 404 || answer.status === 410) return 'lost'
  if (answer.status >= 300) return undefined
  const { capabilities } = upload.registry
  const taken = takenBytes(answer.headers)
  // One byte more than it had, or than there was: most likely that is how it counts. If not, it refuses the next chunk,
  // and tells again.
  if (taken === session.offset + 1 || taken === most + 1) capabilities.learn({ tellsCount: true })
  const offset = taken && capabilities.current.tellsCount ? taken - 1 : taken
  return { ...readSession(upload, answer, 0, session), offset }
}

/**
 * How many bytes an answer says that the registry has: `0-<last>`. `0-0` stands for none and for one alike, and is
 * taken for none.
 */
function takenBytes(headers: Headers): number | undefined {
  const last = /^(?:bytes=)?0-(-?[0-9]{1,15})$/.exec(headers.get('range') ?? '')?.[1]
  if (last === undefined) return undefined
  return last === '0' ? 0 : Number(last) + 1
}

/**
 * Deletes an upload at the registry, unless a store of sessions named it: a store may be damaged or changed, and must
 * not choose what is deleted. Whether that works changes nothing: uploads that stay expire at the registry.
 */
export async function cancelSession(
  { send, repository }: Pick<Upload, 'send' | 'repository'>,
  { location, isStored }: UploadSession,
): Promise<void> {
  if (isStored) return
  // Its own limit: the upload's signal may be aborted.
  const limits = { signal: AbortSignal.timeout(GRACE), grace: 0, timeout: GRACE, skipsPause: true }
  try {
    await send({
      act: `cancel an upload to "${repository}"`,
      method: 'DELETE',
      url: location,
      isUpload: true,
      ...limits,
    })
  } catch {
    // The earlier failure is the one to report.
  }
}
