import { ValidationError } from '../errors.ts'
import { isOtherDigest, parseDigest } from './digest.ts'
import { MANIFEST_SHAPE, verifyFieldNames } from './field-names.ts'
import { isJsonObject, type JsonObject, parseJson } from './json.ts'
import type { Index, Manifest } from './manifest.ts'
import { isIndexType, isManifestType } from './media-type.ts'

/**
 * Parses a manifest or an index, and checks the descriptors in it. A list that is `null` or absent is an empty one: Go
 * writes so. Digests of descriptors may be by other algorithms than SHA-256: whoever needs such content checks that.
 *
 * @param what The document, for the message.
 * @param statedType What it is said to be by who gives it: the `Content-Type` of an answer.
 * @throws {ValidationError} if it is neither, or both at once, or not what it is said to be, or has a field's name in
 *   another case (CVE-2021-41190)
 */
export function parseManifest(bytes: Uint8Array, what: string, statedType?: string): Manifest | Index {
  const document = parseJson(bytes, what)
  const fields: JsonObject = isJsonObject(document) ? document : {}
  verifyFieldNames(fields, MANIFEST_SHAPE, what)
  const hasLayers = 'layers' in fields || 'config' in fields
  const hasManifests = 'manifests' in fields || (!hasLayers && saysIndex(fields.mediaType ?? statedType))
  if (hasManifests === hasLayers || fields.schemaVersion !== 2) {
    throw new ValidationError(
      'IMAGE_INVALID',
      `Cannot read ${what}: it is not one of image manifest and index (of schema version 2)`,
      { path: what },
    )
  }
  verifyMediaTypes([fields.mediaType, statedType], hasManifests, what)
  const name = hasManifests ? 'manifests' : 'layers'
  const manifest: JsonObject = { [name]: [], ...withoutNulls(fields) }
  verifyDescriptors(manifest[name], what)
  if (!hasManifests) verifyDescriptors([manifest.config], what)
  if (manifest.subject !== undefined) verifyDescriptors([manifest.subject], what)
  return manifest as unknown as Manifest | Index
}

function saysIndex(mediaType: unknown): boolean {
  return typeof mediaType === 'string' && isIndexType(mediaType)
}

/** The same without fields that are `null`, at any depth: that is how Go writes a list or a map that was never made. */
function withoutNulls(object: JsonObject): JsonObject {
  const set = Object.entries(object).filter(([, value]) => value !== null)
  return Object.fromEntries(set.map(([key, value]) => [key, withoutNullsIn(value)]))
}

function withoutNullsIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullsIn)
  return isJsonObject(value) ? withoutNulls(value) : value
}

/** Other media types say nothing: registries also answer with `application/json`. */
function verifyMediaTypes(types: readonly unknown[], hasManifests: boolean, what: string): void {
  const said = new Set(types.filter((type) => typeof type === 'string' && (isIndexType(type) || isManifestType(type))))
  if (said.size < 2 && [...said].every((type) => isIndexType(type as string) === hasManifests)) return
  throw new ValidationError(
    'IMAGE_INVALID',
    `Cannot read ${what}: it is ${hasManifests ? 'an index' : 'an image manifest'}, but said to be ${[...said].join(' and ')}`,
  )
}

function verifyDescriptors(list: unknown, what: string): void {
  if (!Array.isArray(list))
    throw new ValidationError('IMAGE_INVALID', `Cannot read ${what}: it lacks a list of contents`)
  for (const descriptor of list) {
    if (!isJsonObject(descriptor) || !isSized(descriptor)) {
      throw new ValidationError(
        'IMAGE_INVALID',
        `Cannot read ${what}: a descriptor in it lacks its media type or its size`,
      )
    }
    if (!isOtherDigest(descriptor.digest)) parseDigest(descriptor.digest, `a descriptor in ${what}`)
  }
}

function isSized({ mediaType, size }: JsonObject): boolean {
  return typeof mediaType === 'string' && Number.isSafeInteger(size) && (size as number) >= 0
}
