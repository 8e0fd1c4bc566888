import { checkImageName } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { createWasmHasher } from '../hash/sha256.ts'
import { UnverifiableError } from '../images/content-store.ts'
import { artifactTypeOf, EMPTY_TYPE, TITLE } from '../oci/artifact.ts'
import { descriptorOf } from '../oci/descriptor.ts'
import { type CreateHasher, isDigest } from '../oci/digest.ts'
import { isIndex, type Manifest } from '../oci/manifest.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { openBlob } from '../registry/download/blob-source.ts'
import { entryOf } from '../registry/download/manifest-entry.ts'
import { readAgain } from '../registry/download/read-again.ts'
import { manifestAt } from '../registry/manifests.ts'
import { readManifest } from '../registry/read-manifest.ts'
import type { Registry } from '../registry/registry.ts'
import { verifiedPieces } from '../save/verified-pieces.ts'
import { concat, toReadable } from '../source/stream.ts'
import type { PullArtifactOptions, PulledArtifact, PulledFile } from './pulled-artifact.ts'
import { annotationsOf } from './referrer-kind.ts'
import { checkTitles } from './titles.ts'

/** Where the files of an artifact are, and how they are read. */
interface FileReading {
  readonly registry: Registry
  readonly repository: string
  readonly createHasher: CreateHasher
}

/** Nothing paces or counts the reading of a single file. */
const UNPACED = { pieceSize: 1024 * 1024, turn: async () => undefined, wrote: () => undefined }

/** Reads an artifact; throws what `pullArtifact` throws. */
export async function readArtifact(
  registry: Registry,
  given: string,
  reference: string,
  { signal, runtime: { createHasher = createWasmHasher } = {} }: PullArtifactOptions,
): Promise<PulledArtifact> {
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
  const layers = manifest.layers.filter(({ mediaType }) => mediaType !== EMPTY_TYPE)
  const titles = layers.map((layer) => annotationsOf(layer)[TITLE] || undefined)
  const paths = checkTitles(
    titles.filter((title) => title !== undefined),
    act,
  )
  let next = 0
  const reading = { registry, repository, createHasher }
  return {
    ...descriptorOf(entryOf(found)),
    artifactType: artifactTypeOf(manifest),
    annotations: annotationsOf(manifest),
    subject: manifest.subject && descriptorOf(manifest.subject),
    files: layers.map((layer, index) => toFile(layer, titles[index] && paths[next++], reading)),
  }
}

function toFile(
  layer: Manifest['layers'][number],
  title: string | undefined,
  { registry, repository, createHasher }: FileReading,
): PulledFile {
  const descriptor = descriptorOf(layer)
  async function* pieces(signal: AbortSignal | undefined) {
    if (!isDigest(layer.digest)) throw new UnverifiableError(layer.digest)
    const source = openBlob(registry, repository, descriptor)
    const blob = { ...descriptor, kind: 'layer', source } as const
    yield* verifiedPieces({ path: title ?? layer.digest, source, blob }, { createHasher, signal, writing: UNPACED })
  }
  return {
    ...descriptor,
    title,
    annotations: annotationsOf(layer),
    stream: ({ signal } = {}) => toReadable(pieces(signal)) as ReadableStream<Uint8Array<ArrayBuffer>>,
    async bytes({ signal } = {}) {
      const parts: Uint8Array[] = []
      for await (const piece of pieces(signal)) parts.push(piece)
      return concat(parts)
    },
  }
}
