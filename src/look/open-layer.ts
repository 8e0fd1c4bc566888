import { natural, text } from '../check-options.ts'
import { ResponseError, ValidationError } from '../errors.ts'
import type { Layer } from '../images/image.ts'
import type { Content } from '../oci/descriptor.ts'
import { type Digest, parseDigest, shortDigest } from '../oci/digest.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { openBlob } from '../registry/download/blob-source.ts'
import type { Registry } from '../registry/registry.ts'
import { locateRepository } from '../registry/repository.ts'
import type { LayerReading } from './layer-bytes.ts'
import type { LayerFilesOptions, LayerReference } from './layer-options.ts'
import { readingOf } from './layer-reading.ts'
import { type WalkedFile, walkLayer } from './walk-layer.ts'

const REPOSITORY = 'the name of a repository, such as "team/app"'
const LAYER = 'an entry of the layers in a manifest, or a digest'

/**
 * Opens a layer of a registry. Of one that is named by its digest alone, the registry is asked for the size.
 *
 * @throws {ValidationError} if a name is not valid
 * @throws {ResponseError} if the registry refuses, or does not have the layer
 */
export async function openLayer(
  registry: Registry,
  given: string,
  layer: LayerReference,
  signal: AbortSignal | undefined,
): Promise<Content> {
  const repository = parseRepositoryOf(registry.url, text('repository', given, REPOSITORY))
  const isListed = typeof layer === 'object' && layer !== null
  const digest = parseDigest(isListed ? layer.digest : text('layer', layer, LAYER), 'the layer')
  const size = isListed ? layer.size : await readSize(registry, repository, digest, signal)
  const mediaType = isListed ? layer.mediaType : 'application/octet-stream'
  const blob = { mediaType, digest, size: natural('layer.size', size) }
  return { ...blob, source: openBlob(registry, repository, blob) }
}

/** Reads a layer as its entries are asked for. */
export function readLayer(layer: Content, options: LayerFilesOptions): AsyncGenerator<WalkedFile, void> {
  const [reading] = readingOf(options, [layer.size])
  return walkLayer(layer, reading as LayerReading)
}

/**
 * Returns a layer of an image with its bytes.
 *
 * @throws {ValidationError} if they are elsewhere
 */
export function layerContent({ mediaType, digest, size, source }: Layer): Content {
  if (source) return { mediaType, digest, size, source }
  throw new ValidationError(
    'NOT_SUPPORTED',
    `Cannot read layer ${digest}: it is a foreign layer, whose bytes are not where the image is`,
    { input: digest },
  )
}

async function readSize(
  registry: Registry,
  repository: string,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { path, pull } = locateRepository(registry.url, repository)
  const answer = await registry.send({
    act: `look for ${shortDigest(digest)} in "${repository}"`,
    method: 'HEAD',
    url: `${path}blobs/${digest}`,
    scopes: pull,
    signal,
  })
  const length = answer.headers.has('content-encoding') ? null : answer.headers.get('content-length')
  if (length !== null && /^[0-9]{1,15}$/.test(length)) return Number(length)
  const fault = `Cannot read ${digest} of "${repository}": the registry does not tell its size`
  const { status, url } = answer
  const remedy = 'pass the entry of the manifest, which has the size, instead of the digest'
  throw new ResponseError('UNEXPECTED_ANSWER', fault, { remedy, method: 'HEAD', url: url.href, status })
}
