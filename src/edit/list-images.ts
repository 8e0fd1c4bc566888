import { ValidationError } from '../errors.ts'
import type { ConfiguredImage, Image } from '../images/image.ts'
import { manifestDocument } from '../images/remake-manifest.ts'
import { ATTESTED_DIGEST, isAttestation } from '../oci/attestation.ts'
import { descriptorOf, type Platform } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type JsonObject, objectField, textField, textListField } from '../oci/json.ts'
import type { IndexEntry } from '../oci/manifest.ts'
import { configDocument } from './remake-image.ts'

/** A platform with the fields that images for Windows have (image-spec § Image Index). */
export interface PlatformEntry extends Platform {
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
}

/** A manifest for an index. */
export interface ListedImage {
  readonly image: Image
  readonly entry: JsonObject
  /** The platform of an image. Attestations and other artifacts have none. */
  readonly platform?: PlatformEntry
  /** The manifest that an attestation is about. */
  readonly about?: Digest | undefined
  /** Which of the given images it comes from. */
  readonly position: number
}

/**
 * Lists an image, or all that is in an index, at any depth. Entries of an index stay as they are.
 *
 * @param position The number of the image, for messages.
 * @throws {ValidationError} if it is an artifact, or an image without a platform
 */
export async function listImages(image: Image, position: number): Promise<readonly ListedImage[]> {
  if (image.kind === 'index') return listEntries(image, position)
  if (image.kind === 'artifact' || image.platform?.os === 'unknown') throw notAnImage(image, position)
  const platform = await platformOf(image)
  if (!platform) throw withoutPlatform(image, position)
  return [{ image: { ...image, platform }, entry: { ...descriptorOf(image.manifest), platform }, platform, position }]
}

async function listEntries(index: Image, position: number): Promise<readonly ListedImage[]> {
  const document = await manifestDocument(index)
  const listed: ListedImage[] = []
  for (const entry of document.manifests as readonly JsonObject[]) {
    const image = index.children.find(({ manifest }) => manifest.digest === entry.digest)
    // Not there, or not a manifest.
    if (!image) continue
    const about = (textField(objectField(entry, 'annotations'), ATTESTED_DIGEST) ?? image.subject) as Digest | undefined
    const isImage = image.kind === 'image' && !isAttestation(entry as unknown as IndexEntry)
    const platform = isImage && entry.platform ? image.platform : undefined
    if (image.kind === 'index') listed.push(...(await listEntries(image, position)))
    else if (isImage && !platform) listed.push(...(await listImages(image, position)))
    else if (!platform) listed.push({ image, entry, about, position })
    else listed.push({ image, entry, platform: { ...objectField(entry, 'platform'), ...platform }, position })
  }
  return listed
}

/** The platform of an image, with the version of its system, which only its config has. */
async function platformOf(image: ConfiguredImage): Promise<PlatformEntry | undefined> {
  if (!image.platform) return undefined
  const config = await configDocument(image)
  if (textField(config, 'os') !== image.platform.os) return image.platform
  const version = textField(config, 'os.version')
  const features = textListField(config, 'os.features')
  return {
    ...image.platform,
    ...(version && { 'os.version': version }),
    ...(features.length > 0 && { 'os.features': features }),
  }
}

function notAnImage({ artifactType, manifest }: Image, position: number): ValidationError {
  const type = artifactType === undefined ? 'an attestation' : `an artifact (${artifactType})`
  return new ValidationError('NOT_SUPPORTED', `Cannot create an index: image ${position} is ${type}`, {
    remedy: 'pass the image that it is about; push artifacts on their own',
    input: manifest.digest,
  })
}

function withoutPlatform({ manifest }: Image, position: number): ValidationError {
  return new ValidationError(
    'PLATFORM_MISSING',
    `Cannot create an index: the config of image ${position} has no platform`,
    { remedy: "pass { ...image, platform: { os: 'linux', architecture: 'amd64' } }", input: manifest.digest },
  )
}
