import { ValidationError } from '../errors.ts'
import { type Content, descriptorOf } from '../oci/descriptor.ts'
import { type CreateHasher, type Digest, digestOf, isDigest, parseDigest } from '../oci/digest.ts'
import { type Image, type ImageConfig, type Layer, readImageConfig } from '../oci/image.ts'
import { isJsonObject, parseJson } from '../oci/json.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { digestOfSource, verifyDigest } from '../oci/verify.ts'
import { toSource } from '../source/from.ts'
import type { Source } from '../source/source.ts'
import { type DockerArchive, readJsonEntry, type TarManifestEntry } from './docker-archive.ts'
import type { ReadOptions } from './options.ts'
import { openEntry } from './tar-index.ts'

/**
 * Reads one image of a `docker save` archive. Of the layers at most the first bytes are read: their digests are
 * claimed here and verified while they are sent. A compressed layer that no path gives a digest for is hashed ahead.
 *
 * @throws {ValidationError} if the config is none, or files are missing or superfluous
 * @throws {DigestMismatchError} if a file is not what its path says
 */
export async function readDockerImage(
  archive: DockerArchive,
  entry: TarManifestEntry,
  { signal, createHasher = createWasmHasher }: ReadOptions = {},
): Promise<Image> {
  const { config, configuration } = await readConfig(archive, entry.Config, createHasher, signal)
  const { diffIds } = configuration
  if (diffIds.length !== entry.Layers.length) {
    throw new ValidationError(
      `Cannot read the image: "manifest.json" names ${entry.Layers.length} layers, but ${JSON.stringify(entry.Config)} has ${diffIds.length} diff_ids`,
      { path: entry.Config },
    )
  }
  const layers: Layer[] = []
  for (const [position, path] of entry.Layers.entries()) {
    const diffId = parseDigest(diffIds[position], `diff_id ${position} of ${JSON.stringify(entry.Config)}`)
    layers.push(await readLayer(archive, path, diffId, createHasher, signal))
  }
  const manifest = await buildManifest(config, layers, createHasher)
  return { names: entry.RepoTags ?? [], config, configuration, layers, manifest }
}

async function readConfig(
  { index }: DockerArchive,
  path: string,
  createHasher: CreateHasher,
  signal?: AbortSignal,
): Promise<{ config: Content; configuration: ImageConfig }> {
  const bytes = await readJsonEntry(index, path, 'manifest.json', signal)
  const digest = await digestOf(bytes, createHasher)
  const claimed = digestInPath(path)
  if (claimed) verifyDigest(`config ${JSON.stringify(path)}`, claimed, digest)
  const document = parseJson(bytes, path)
  if (!isJsonObject(document)) {
    throw new ValidationError(`Cannot read config ${JSON.stringify(path)}: it is not a JSON object`, { path })
  }
  const config = { mediaType: MEDIA_TYPES.dockerConfig, digest, size: bytes.length, source: toSource(bytes) }
  return { config, configuration: readImageConfig(document) }
}

async function readLayer(
  { index }: DockerArchive,
  path: string,
  diffId: Digest,
  createHasher: CreateHasher,
  signal?: AbortSignal,
): Promise<Layer> {
  const source = openEntry(index, path, 'manifest.json')
  const claimed = digestInPath(path)
  // A blob with the name of its diff ID is not compressed: nothing to look at.
  const mediaType = claimed === diffId ? MEDIA_TYPES.dockerLayer : await layerMediaType(source, signal)
  if (mediaType !== MEDIA_TYPES.dockerLayer) {
    const digest = claimed ?? (await digestOfSource(source, createHasher, signal))
    return { mediaType, digest, size: source.size, source, diffId }
  }
  if (claimed) verifyDigest(`layer ${JSON.stringify(path)}`, diffId, claimed)
  return { mediaType, digest: diffId, size: source.size, source, diffId }
}

/** The digest that a path of an OCI layout claims: `blobs/sha256/<hex>`. Other paths are names, not claims. */
function digestInPath(path: string): Digest | undefined {
  const hex = /^(?:\.\/)?blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1]
  const digest = `sha256:${hex}`
  return isDigest(digest) ? digest : undefined
}

async function layerMediaType(source: Source, signal?: AbortSignal): Promise<string> {
  const magic = await source.read(0, Math.min(4, source.size), signal)
  if (magic[0] === 0x1f && magic[1] === 0x8b) return MEDIA_TYPES.dockerLayerGzip
  if ([0x28, 0xb5, 0x2f, 0xfd].every((byte, index) => magic[index] === byte)) return MEDIA_TYPES.dockerLayerZstd
  return MEDIA_TYPES.dockerLayer
}

/** The manifest that such an archive lacks. The same image gives the same bytes on every runtime. */
async function buildManifest(
  config: Content,
  layers: readonly Content[],
  createHasher: CreateHasher,
): Promise<Content> {
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.dockerManifest,
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
  }
  const bytes = new TextEncoder().encode(JSON.stringify(manifest))
  const digest = await digestOf(bytes, createHasher)
  return { mediaType: manifest.mediaType, digest, size: bytes.length, source: toSource(bytes) }
}
