import { checkImageName } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { UnverifiableError } from '../images/content-store.ts'
import { artifactTypeOf, EMPTY_TYPE, TITLE } from '../oci/artifact.ts'
import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { type CreateHasher, isDigest } from '../oci/digest.ts'
import { isIndex } from '../oci/manifest.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { openBlob } from '../registry/download/blob-source.ts'
import { entryOf } from '../registry/download/manifest-entry.ts'
import { readAgain } from '../registry/download/read-again.ts'
import { manifestAt } from '../registry/manifests.ts'
import { readManifest } from '../registry/read-manifest.ts'
import type { Registry } from '../registry/registry.ts'
import { type Passing, verifiedPieces } from '../save/verified-pieces.ts'
import { concat, toReadable } from '../source/stream.ts'
import type { PullArtifactOptions, PulledArtifact, PulledFile } from './pulled-artifact.ts'
import { annotationsOf } from './referrer-facts.ts'
import { checkTitles } from './titles.ts'

/** A file of an artifact whose bytes are not read yet. */
export interface OpenFile extends Content {
  /** Its path, which was checked. */
  readonly title: string | undefined
  readonly annotations: Readonly<Record<string, string>>
}

/** An artifact whose files are not read yet. */
interface OpenArtifact extends Omit<PulledArtifact, 'files'> {
  readonly files: readonly OpenFile[]
}

/** Nothing paces or counts the reading of a single file. */
const UNPACED = { pieceSize: 1024 * 1024, turn: async () => undefined, wrote: () => undefined }

/** Reads an artifact; throws what `pullArtifact` throws. */
export async function readArtifact(
  registry: Registry,
  repository: string,
  reference: string,
  options: PullArtifactOptions,
): Promise<PulledArtifact> {
  const { createHasher = createPortableHasher } = options.runtime ?? {}
  const { files, ...artifact } = await openArtifact(registry, repository, reference, options)
  return { ...artifact, files: files.map((file) => toPulledFile(file, createHasher)) }
}

/** Reads the manifest of an artifact, and checks the titles of its files. Throws what `pullArtifact` throws. */
export async function openArtifact(
  registry: Registry,
  given: string,
  reference: string,
  { signal }: PullArtifactOptions,
): Promise<OpenArtifact> {
  checkImageName(given, reference)
  const repository = parseRepositoryOf(registry.url, given)
  const read = (patient: Registry) => readManifest(manifestAt(patient, repository, reference), signal)
  const found = await readAgain(registry, read, signal)
  const { manifest } = found
  const act = `Cannot pull ${found.digest} of "${repository}"`
  if (isIndex(manifest)) {
    throw new ValidationError('IMAGE_NOT_CHOSEN', `${act}: it is an index, which has no files`, {
      remedy: 'pull one of the manifests that it lists, by its digest',
    })
  }
  const layers = manifest.layers
    .map((layer) => ({ ...descriptorOf(layer), annotations: annotationsOf(layer) }))
    // An artifact without files has an empty layer, without a title.
    .filter(({ mediaType, annotations }) => mediaType !== EMPTY_TYPE || annotations[TITLE])
  const titles = layers.flatMap(({ annotations }) => annotations[TITLE] || [])
  const paths = checkTitles(titles, act)
  const pathOf = (title: string | undefined) => (title ? paths[titles.indexOf(title)] : undefined)
  return {
    ...descriptorOf(entryOf(found)),
    artifactType: artifactTypeOf(manifest),
    annotations: annotationsOf(manifest),
    subject: manifest.subject && descriptorOf(manifest.subject),
    files: layers.map((layer) => ({
      ...layer,
      title: pathOf(layer.annotations[TITLE]),
      source: openBlob(registry, repository, layer),
    })),
  }
}

/**
 * Reads a file in pieces, the last one only if its digest matches.
 *
 * @throws {UnverifiableError} if its digest is by another algorithm than SHA-256
 */
export async function* readFile(file: OpenFile, passing: Passing): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { mediaType, digest, size, source, title } = file
  if (!isDigest(digest)) throw new UnverifiableError(digest)
  const blob = { mediaType, digest, size, source, kind: 'layer' } as const
  yield* verifiedPieces({ path: title ?? digest, source, blob }, passing)
}

function toPulledFile(file: OpenFile, createHasher: CreateHasher): PulledFile {
  const { title, annotations } = file
  const descriptor: Descriptor = descriptorOf(file)
  const pieces = (signal: AbortSignal | undefined) => readFile(file, { createHasher, signal, writing: UNPACED })
  return {
    ...descriptor,
    title,
    annotations,
    stream: ({ signal } = {}) => toReadable(pieces(signal)) as ReadableStream<Uint8Array<ArrayBuffer>>,
    async bytes({ signal } = {}) {
      const parts: Uint8Array[] = []
      for await (const piece of pieces(signal)) parts.push(piece)
      return concat(parts)
    },
  }
}
