import { ValidationError } from '../errors.ts'
import { describeLayers, type Image, type ImageConfig, platformOf } from '../images/image.ts'
import { parseImageConfig } from '../images/image-config.ts'
import { type Content, descriptorOf } from '../oci/descriptor.ts'
import { digestOf, parseDigest } from '../oci/digest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { verifyDigest } from '../oci/verify.ts'
import { toSource } from '../source/from.ts'
import { claimedDigest, type FoundLayer, findDockerLayer } from './docker-layer.ts'
import { readDockerManifest, type TarManifestEntry } from './docker-manifest.ts'
import type { ArchiveContents } from './format.ts'
import { claimJson, claimValues, readJsonFile } from './json-file.ts'
import { createLayerHasher, type Reading } from './reading.ts'

/**
 * Reads an archive by its `manifest.json` alone. Throws what `readDockerManifest` and `readDockerImages` throw.
 *
 * @returns nothing if `manifest.json` is not Docker's
 */
export async function readDockerArchive(reading: Reading): Promise<ArchiveContents | undefined> {
  const tarManifest = await readDockerManifest(reading)
  return (
    tarManifest && {
      format: 'docker',
      images: await readDockerImages(reading, tarManifest),
      index: undefined,
      tarManifest,
    }
  )
}

/**
 * Reads the images of an archive by its `manifest.json`. Of the layers at most the first bytes are read: their digests
 * are claimed here and verified while they are sent. A compressed layer that no path gives a digest for is hashed.
 *
 * @throws {ValidationError} if a config is not valid, or files are missing or superfluous
 * @throws {DigestMismatchError} if a file is not what its path says
 */
export async function readDockerImages(
  reading: Reading,
  tarManifest: readonly TarManifestEntry[],
): Promise<readonly Image[]> {
  const hashLayer = createLayerHasher(reading)
  const configs = new Map<string, ReturnType<typeof readConfig>>()
  const images: Image[] = []
  for (const entry of tarManifest) {
    const reader = configs.get(entry.Config) ?? readConfig(reading, entry.Config)
    configs.set(entry.Config, reader)
    const { config, configuration } = await reader
    const { diffIds } = configuration
    if (diffIds.length !== entry.Layers.length) {
      throw new ValidationError(
        'IMAGE_INVALID',
        `Cannot read the image: "manifest.json" names ${entry.Layers.length} layers, but ${JSON.stringify(entry.Config)} has ${diffIds.length} diff_ids`,
        { path: entry.Config },
      )
    }
    const layers: FoundLayer[] = []
    for (const [position, path] of entry.Layers.entries()) {
      const diffId = parseDigest(diffIds[position], `diff_id ${position} of ${JSON.stringify(entry.Config)}`)
      layers.push(await findDockerLayer(reading, entry, path, diffId, hashLayer))
    }
    images.push(await buildImage(reading, entry.RepoTags ?? [], config, configuration, layers))
  }
  return images
}

/**
 * Makes the manifest of an image whose archive has none, with the same bytes on every runtime. Its media types are
 * OCI's: Quay refuses plain layers in a Docker manifest (containers/image#1270), and zot refuses Docker manifests
 * (project-zot/zot#724).
 *
 * @throws {ValidationError} if all that is read and made goes over the limits of JSON
 */
export async function buildImage(
  reading: Reading,
  names: readonly string[],
  config: Content,
  configuration: ImageConfig,
  layers: readonly FoundLayer[],
): Promise<Image> {
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: descriptorOf(config),
    layers: layers.map((layer) => ({ ...descriptorOf(layer), ...(layer.urls && { urls: layer.urls }) })),
  }
  const bytes = new TextEncoder().encode(JSON.stringify(document))
  // One config may stand for many images, each with a manifest as long as it has layers.
  claimJson(reading, bytes.length, `the manifest of ${config.digest}`)
  claimValues(reading, bytes, `the manifest of ${config.digest}`)
  const digest = await digestOf(bytes, reading.createHasher)
  return {
    kind: 'image',
    names,
    tags: [],
    manifest: { mediaType: document.mediaType, digest, size: bytes.length, source: toSource(bytes) },
    artifactType: undefined,
    subject: undefined,
    platform: platformOf(configuration),
    config,
    configuration,
    layers: describeLayers(layers, configuration),
    children: [],
    missing: [],
    referrers: [],
  }
}

async function readConfig(reading: Reading, path: string): Promise<{ config: Content; configuration: ImageConfig }> {
  const bytes = await readJsonFile(reading, path, 'manifest.json')
  const digest = await digestOf(bytes, reading.createHasher)
  const claimed = claimedDigest(path)
  if (claimed) verifyDigest(`config ${JSON.stringify(path)}`, claimed, digest)
  const config = { mediaType: MEDIA_TYPES.ociConfig, digest, size: bytes.length, source: toSource(bytes) }
  return { config, configuration: parseImageConfig(bytes, path) }
}
