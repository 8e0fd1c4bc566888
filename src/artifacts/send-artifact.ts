import { optionalList, optionalText, text } from '../check-options.ts'
import { withControl } from '../control/controller.ts'
import { ResponseError, ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Artifact } from '../images/image.ts'
import { CREATED } from '../oci/artifact.ts'
import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { digestOf, parseDigest } from '../oci/digest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { parseRepositoryOf, parseTag } from '../oci/reference.ts'
import { entryOf } from '../registry/download/manifest-entry.ts'
import { manifestAt } from '../registry/manifests.ts'
import { readManifest } from '../registry/read-manifest.ts'
import type { Registry } from '../registry/registry.ts'
import { toSource } from '../source/from.ts'
import { pushImages } from '../transfer/push.ts'
import { type ArtifactFiles, checkFiles, type ReadFile, readFiles } from './artifact-files.ts'
import { EMPTY, writeArtifactManifest } from './artifact-manifest.ts'
import type { ArtifactOptions, AttachOptions, PushArtifactOptions, PushedArtifact } from './artifact-options.ts'
import { checkAnnotations, checkMediaType } from './check-artifact.ts'

/** The type of an artifact without one, as oras has it. */
const DEFAULT_TYPE = 'application/vnd.unknown.artifact.v1'

const REPOSITORY = 'the name of a repository, such as "team/app"'

/** An artifact to push. */
interface Sending {
  readonly act: string
  readonly repository: string
  readonly tags: readonly string[]
  readonly artifactType: string
  readonly files: ArtifactFiles
  findSubject(signal: AbortSignal | undefined): Promise<Descriptor | undefined>
}

/** Pushes an artifact that is about a manifest; throws what `attachArtifact` throws. */
export function sendAttached(
  registry: Registry,
  given: string,
  subject: string | Descriptor,
  files: ArtifactFiles,
  options: AttachOptions,
): Promise<PushedArtifact> {
  const repository = parseRepositoryOf(registry.url, text('repository', given, REPOSITORY))
  const act = `Cannot attach to "${repository}"`
  const findSubject = (signal: AbortSignal | undefined) => findDescriptor(registry, repository, subject, act, signal)
  const { artifactType } = options
  return send(registry, { act, repository, tags: [], artifactType, files, findSubject }, options)
}

/** Pushes an artifact; throws what `pushArtifact` throws. */
export function sendArtifact(
  registry: Registry,
  given: string,
  tag: string | undefined,
  files: ArtifactFiles,
  options: PushArtifactOptions,
): Promise<PushedArtifact> {
  const repository = parseRepositoryOf(registry.url, text('repository', given, REPOSITORY))
  optionalText('tag', tag, 'a tag, or undefined for none')
  const act = `Cannot push an artifact to "${repository}"`
  const tags = [...(tag === undefined ? [] : [tag]), ...(optionalList('tags', options.tags) ?? [])].map(parseTag)
  const { artifactType = DEFAULT_TYPE } = options
  const findSubject = async () => undefined
  return send(registry, { act, repository, tags: [...new Set(tags)], artifactType, files, findSubject }, options)
}

async function send(registry: Registry, sending: Sending, given: ArtifactOptions): Promise<PushedArtifact> {
  const { act, repository, tags, findSubject } = sending
  // Before anything is read or sent.
  const type = text('artifactType', sending.artifactType, 'a media type, such as "application/spdx+json"')
  const artifactType = checkMediaType(type, act)
  const checked = checkFiles(sending.files, act)
  const annotations = given.annotations ?? {}
  checkAnnotations(annotations, act)
  if (checked.length === 0 && Object.keys(annotations).length === 0) throw empty(act)
  return withControl(given, async (options) => {
    const subject = await findSubject(options.signal)
    const { files, close } = await readFiles(checked, options)
    try {
      const dated = { [CREATED]: now(), ...annotations }
      const parts = { artifactType, layers: files, subject, annotations: dated }
      const image = await toImage(writeArtifactManifest(parts), { artifactType, files, subject })
      await pushImages([{ image, repository, tags }], [image], registry, {
        ...options,
        // A push takes these too.
        ...{ compress: undefined, platform: undefined, platforms: undefined },
        foreignLayers: 'upload',
      })
      return { ...descriptorOf(image.manifest), artifactType, annotations: dated, subject }
    } finally {
      await close()
    }
  })
}

async function toImage(
  bytes: Uint8Array,
  { artifactType, files, subject }: Pick<PushedArtifact, 'artifactType' | 'subject'> & { files: readonly ReadFile[] },
): Promise<Artifact> {
  const config: Content = { ...descriptorOf(EMPTY), source: toSource(new TextEncoder().encode('{}')) }
  const digest = await digestOf(bytes, createPortableHasher)
  const unknown = { diffId: undefined, created: undefined, createdBy: undefined }
  return {
    ...{ kind: 'artifact', names: [], tags: [], platform: undefined, configuration: undefined },
    ...{ children: [], missing: [], referrers: [] },
    manifest: { mediaType: MEDIA_TYPES.ociManifest, digest, size: bytes.byteLength, source: toSource(bytes) },
    artifactType,
    subject: subject?.digest,
    config,
    layers: files.map((file) => ({ ...descriptorOf(file), source: file.source, ...unknown })),
  }
}

/** Describes the manifest that an artifact is about. A descriptor is taken as it is: its manifest may come later. */
async function findDescriptor(
  registry: Registry,
  repository: string,
  subject: string | Descriptor,
  act: string,
  signal: AbortSignal | undefined,
): Promise<Descriptor> {
  if (typeof subject === 'object' && subject !== null) {
    const { mediaType, digest, size } = subject
    if (Number.isSafeInteger(size) && size >= 0) {
      return { mediaType: checkMediaType(mediaType, act), digest: parseDigest(digest, 'the subject'), size }
    }
    throw new TypeError(`${act}: the subject has to be a tag, a digest, or a descriptor { mediaType, digest, size }`)
  }
  text('subject', subject, 'a tag, a digest, or a descriptor { mediaType, digest, size }')
  try {
    return descriptorOf(entryOf(await readManifest(manifestAt(registry, repository, subject), signal)))
  } catch (error) {
    if (!(error instanceof ResponseError) || error.status !== 404) throw error
    const { method, url, status, errors } = error
    throw new ResponseError('NOT_FOUND', `${act}: the registry does not have ${subject} there`, {
      remedy: 'push it first, or pass its descriptor { mediaType, digest, size } if it comes later',
      ...{ method, url, status, errors, cause: error },
    })
  }
}

/** In RFC 3339, to the second, as oras writes it. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z')
}

function empty(act: string): ValidationError {
  return new ValidationError('ARTIFACT_INVALID', `${act}: there is no file`, { remedy: 'pass a file, or annotations' })
}
