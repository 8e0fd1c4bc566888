import { ValidationError } from '../errors.ts'
import { digestOf } from '../oci/digest.ts'
import { INDEX_PATH, LAYOUT, LAYOUT_PATH } from '../oci/image-layout.ts'
import { type JsonObject, parseJson } from '../oci/json.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { toSource } from '../source/from.ts'
import type { Source } from '../source/source.ts'
import type { FileEntry, FileIndex } from './file-index.ts'
import { readJsonFile } from './json-file.ts'
import type { Reading } from './reading.ts'

const MANIFEST_PATH = 'manifest.json'

/**
 * Gives the files of a folder that `skopeo copy … dir:` writes the paths of an OCI layout. `manifest.json` in it is the
 * image's own manifest or index, and blobs have their digests as names (containers-image § dir transport).
 *
 * @throws {ValidationError} if `manifest.json` is no manifest
 */
export async function asLayout(reading: Reading): Promise<FileIndex> {
  const { files, createHasher } = reading
  const bytes = await readJsonFile(reading, MANIFEST_PATH, 'the folder')
  const document = parseJson(bytes, MANIFEST_PATH) as JsonObject
  if (document.schemaVersion !== 2) {
    throw new ValidationError(
      'IMAGE_INVALID',
      'Cannot find images: "manifest.json" is neither a list of images, as Docker writes it, nor the manifest of an image of schema version 2',
      { path: MANIFEST_PATH },
    )
  }
  const digest = await digestOf(bytes, createHasher)
  const { mediaType = 'manifests' in document ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest } = document
  const manifests = [{ mediaType, digest, size: bytes.length }]
  const entries = new Map<string, FileEntry>()
  const add = (path: string, source: Source) => entries.set(path, { path, kind: 'file', source, target: '' })
  add(LAYOUT_PATH, jsonSource(LAYOUT))
  add(INDEX_PATH, jsonSource({ schemaVersion: 2, manifests }))
  for (const [path, entry] of files.entries) {
    const hex =
      path.startsWith(files.root) && /^([0-9a-f]{64})(?:\.manifest\.json)?$/.exec(path.slice(files.root.length))?.[1]
    if (hex) entries.set(blobPath(hex), entry)
  }
  add(blobPath(digest.slice('sha256:'.length)), toSource(bytes))
  return { entries, folder: '', root: '' }
}

function blobPath(hex: string): string {
  return `blobs/sha256/${hex}`
}

function jsonSource(document: object): Source {
  return toSource(new TextEncoder().encode(JSON.stringify(document)))
}
