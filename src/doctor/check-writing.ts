import { NetworkError, ResponseError } from '../errors.ts'
import type { Answer } from '../http/answer.ts'
import { uploadLocation } from '../http/location.ts'
import { deletesManifests } from '../registry/delete-manifest.ts'
import { locateRepository } from '../registry/repository.ts'
import type { RegistryRequest } from '../registry/send.ts'
import { type Finding, type Findings, failed, passed, skipped, warning } from './check.ts'
import { hiddenHeader } from './check-own-page.ts'
import { refusedPreflight } from './check-preflights.ts'
import type { RepositoryExamination, Sample } from './check-repository.ts'
import { askPreflight } from './preflight.ts'
import { type Examination, pageOrigin, sendsOrigin } from './probe.ts'
import { corsSettings, forwardedSettings } from './settings.ts'
import { shownText } from './shown.ts'
import { findingOf, settled } from './unexpected.ts'

/** In milliseconds: what cancelling an upload may take after an abort. */
const GRACE = 5_000
/** Answers of registries that take no chunks. */
const NO_CHUNKS = [400, 404, 405, 411, 415, 416, 501]
const CHUNK = new Uint8Array(16)

/**
 * Tries an upload, a mount and a delete, with the caller's leave. The upload is cancelled, the mounted blob is one that
 * the repository has, and the deleted manifest does not exist. So the content does not change.
 */
export async function checkWriting(examination: Examination, sample: Sample | undefined): Promise<Findings> {
  const { repository, write } = examination
  if (!write || repository === undefined) {
    const unasked = skipped('NOT_ASKED', 'it takes a trial upload, which was not allowed.')
    return { uploads: unasked, chunks: unasked, mounts: unasked, deletes: unasked, 'page-upload': unasked }
  }
  const context = { ...examination, repository }
  return {
    ...(await tryUpload(context)),
    mounts: await settled(examination, () => tryMount(context, sample)),
    deletes: await settled(examination, () => tryDelete(context)),
  }
}

async function tryUpload(context: RepositoryExamination): Promise<Findings> {
  const { registry, signal } = context
  let opened: Answer
  let location: URL
  const isOwnPage = context.origin !== undefined && context.origin === pageOrigin()
  try {
    opened = await registry.send(openingOf(context))
    if (isOwnPage && !opened.headers.has('location')) return withoutLocation(context, opened)
    location = uploadLocation(opened, registry.url)
  } catch (error) {
    signal?.throwIfAborted()
    return { uploads: findingOf(error) }
  }
  let isCancelled = false
  try {
    const upload = isOwnPage ? undefined : await checkPageUpload(context, location, opened)
    const { finding, next, isAnswered } = await tryChunk(context, opened, location)
    const ownUpload = judgeOwnUpload(context, location, opened, isAnswered)
    location = next
    isCancelled = await cancel(context, location)
    const located = judgeLocation(context, opened, isCancelled)
    const uploads = located.state !== 'passed' || isCancelled ? located : stays(context)
    const exposed = { 'page-exposed': passed('This page may read the headers that a push needs: Location.') }
    const chunks = isOwnPage && !isAnswered ? skipped('NOT_REACHED', 'this page cannot send chunks.') : finding
    return { uploads, chunks, 'page-upload': upload ?? ownUpload, ...(isOwnPage && exposed) }
  } finally {
    if (!isCancelled) await cancel(context, location)
  }
}

/** A page cannot cancel an upload whose URL it cannot read. */
function withoutLocation(context: RepositoryExamination, { headers }: Answer): Findings {
  const unread = skipped('NOT_REACHED', 'this page cannot read the URL of the upload.')
  return {
    uploads: stays(context),
    chunks: unread,
    'page-upload': unread,
    'page-exposed': hiddenHeader('Location', context.origin ?? '*', headers),
  }
}

function openingOf({ registry, repository, timeout, signal }: RepositoryExamination): RegistryRequest {
  const { path, push } = locateRepository(registry.url, repository)
  const act = `open an upload to "${repository}"`
  return { act, method: 'POST', url: `${path}blobs/uploads/`, scopes: push, timeout, signal }
}

/** Deletes an upload. @returns true if it is gone */
async function cancel({ registry, repository }: RepositoryExamination, url: URL): Promise<boolean> {
  const limits = { signal: AbortSignal.timeout(GRACE), timeout: GRACE, skipsPause: true }
  const act = `cancel an upload to "${repository}"`
  try {
    await registry.send({ act, method: 'DELETE', url, allow: [404], isUpload: true, ...limits })
    return true
  } catch {
    return false
  }
}

function stays({ repository }: RepositoryExamination): Finding {
  return warning(
    'UPLOAD_STAYS',
    `The registry opens uploads to "${repository}", but does not allow clients to cancel them. It removes them after a while.`,
  )
}

/** Checks where an upload continues: a registry behind a proxy may not know its own address. */
function judgeLocation({ base }: Examination, { headers, secrets }: Answer, isReached: boolean): Finding {
  const { protocol, hostname, origin } = new URL(headers.get('location') ?? '', base)
  if (hostname !== base.hostname) {
    return (isReached ? warning : failed)(
      'LOCATION_OTHER_HOST',
      `The registry sends uploads to another host: ${shownText(origin, secrets)}.`,
      'if that is not intended, let the proxy pass the header Host on to the registry',
      forwardedSettings(headers),
    )
  }
  if (protocol === 'http:' && base.protocol === 'https:') {
    return warning(
      'LOCATION_NOT_ENCRYPTED',
      'The registry is behind TLS, but sends uploads to http://. This SDK uses https anyway; other clients fail.',
      'let the proxy tell the registry that clients use https',
      forwardedSettings(headers),
    )
  }
  return passed('The registry opens and cancels uploads.')
}

/** Sends 16 bytes as a chunk. */
async function tryChunk(
  { registry, signal, timeout, repository }: RepositoryExamination,
  opened: Answer,
  url: URL,
): Promise<{ readonly finding: Finding; readonly next: URL; readonly isAnswered: boolean }> {
  const headers = { 'content-type': 'application/octet-stream', 'content-range': `0-${CHUNK.length - 1}` }
  const act = `send a chunk to "${repository}"`
  try {
    const request = { act, method: 'PATCH', url, headers, body: CHUNK, isUpload: true, timeout, signal } as const
    const answer = await registry.send(request)
    const next = answer.headers.has('location') ? uploadLocation(answer, registry.url) : url
    return { finding: passed(`The registry accepts blobs in chunks${limitsOf(opened)}.`), next, isAnswered: true }
  } catch (error) {
    signal?.throwIfAborted()
    const finding = findingOf(error, opened.secrets)
    const isAnswered = !(error instanceof NetworkError)
    if (!(error instanceof ResponseError) || !NO_CHUNKS.includes(error.status))
      return { finding, next: url, isAnswered }
    const { message } = finding
    const fault = warning('NOT_SUPPORTED', `The registry accepts blobs only as a whole, not in chunks: ${message}`)
    return { finding: fault, next: url, isAnswered }
  }
}

/** The limits for chunks that the registry states. */
function limitsOf({ headers }: Answer): string {
  const limits = [
    ['at least', 'oci-chunk-min-length'],
    ['at most', 'oci-chunk-max-length'],
  ].flatMap(([words, name = '']) => {
    const length = headers.get(name)
    return length && /^[0-9]{1,15}$/.test(length) ? [`${words} ${length} bytes`] : []
  })
  return limits.length > 0 ? ` of ${limits.join(' and ')}` : ''
}

/** Mounts a blob of the repository into the same repository. */
async function tryMount(context: RepositoryExamination, sample: Sample | undefined): Promise<Finding> {
  const { registry, repository } = context
  if (!sample?.blob) return skipped('NO_SAMPLE', 'the repository has no image whose blob could be mounted.')
  const opening = openingOf(context)
  const { name } = locateRepository(registry.url, repository)
  const url = `${opening.url}?mount=${encodeURIComponent(sample.blob.digest)}&from=${encodeURIComponent(name)}`
  const answer = await registry.send({ ...opening, act: `mount a blob in "${repository}"`, url })
  if (answer.status === 201) return passed('The registry mounts blobs: a blob that it has is not sent again.')
  await cancel(context, uploadLocation(answer, registry.url))
  return warning('NOT_SUPPORTED', 'The registry does not mount blobs: each repository gets its own copy.')
}

async function tryDelete({ registry, repository, signal }: RepositoryExamination): Promise<Finding> {
  const deletes = await deletesManifests({ registry, repository, signal })
  if (deletes) return passed('The registry deletes manifests.')
  return warning(
    'NOT_SUPPORTED',
    'The registry does not delete manifests: its configuration forbids it.',
    'allow it in the configuration of the registry',
    [{ server: 'distribution', lines: 'storage:\n  delete:\n    enabled: true' }],
  )
}

/** Judges by a chunk of this page whether it may send any. */
function judgeOwnUpload(
  { origin = '*', base }: RepositoryExamination,
  location: URL,
  { headers, secrets }: Answer,
  isAnswered: boolean,
): Finding {
  if (isAnswered) return passed('This page may send chunks to the URL of an upload.')
  const server = location.origin === base.origin ? 'the registry' : shownText(location.origin, secrets)
  return failed(
    'NOT_READABLE',
    `This page cannot send chunks to the URL of an upload, at ${server}.`,
    'allow the origin of the page and PATCH there, too',
    corsSettings(origin, headers),
  )
}

/** Asks for the preflight of a chunk at the URL of the upload. */
async function checkPageUpload(context: RepositoryExamination, location: URL, { secrets }: Answer): Promise<Finding> {
  const { origin, base } = context
  if (!sendsOrigin()) return skipped('NOT_VISIBLE', 'a page cannot see preflights and their answers.')
  if (origin === undefined) return skipped('NOT_ASKED', 'the origin of the page was not given.')
  if (origin === location.origin) return passed('The page and the upload have the same origin.', 'SAME_ORIGIN')
  const announced = { method: 'PATCH', header: 'content-range' }
  const preflight = await askPreflight(context, location, announced, origin)
  if (preflight.isAllowed) return passed(`Pages of ${origin} may send chunks to the URL of an upload.`)
  const server =
    location.origin === base.origin ? 'The registry' : `The server of uploads at ${shownText(location.origin, secrets)}`
  if (preflight.fault) return refusedPreflight(preflight, origin, server)
  return failed(
    'METHODS_MISSING',
    `${server} does not allow pages PATCH with Content-Range at the URL of an upload.`,
    'allow it there, too',
    corsSettings(origin, preflight.answer?.headers),
  )
}
