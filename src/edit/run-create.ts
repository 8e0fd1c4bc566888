import { show } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { ConfiguredImage } from '../images/image.ts'
import { readImageConfig } from '../images/image-config.ts'
import { jsonContent } from '../images/remake-manifest.ts'
import { descriptorOf, type Platform } from '../oci/descriptor.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { addLayer } from './add-layer.ts'
import type { LayerMakingOptions, LayerProgress } from './append-options.ts'
import { checkDate, checkEdits } from './check-edits.ts'
import { NO_DATE } from './history.ts'
import { encoderOf } from './layer-encoder.ts'
import { listEntries } from './layer-entries.ts'
import { makeLayer, sizeOfFiles } from './make-layer.ts'
import type { NewImage, NewLayer } from './new-image.ts'
import { runEdit } from './run-edit.ts'

/** Creates an image; throws what `createImage` throws. */
export async function runCreate(content: NewImage, options: LayerMakingOptions): Promise<ConfiguredImage> {
  const { signal, onProgress, runtime: { createHasher = createPortableHasher } = {} } = options
  signal?.throwIfAborted()
  const layers = layersOf(content)
  const { config = {}, annotations, platform = 'linux/amd64', created = NO_DATE } = content
  const date = checkDate(created)
  const edits = { ...checkEdits(config), ...checkEdits({ annotations }) }
  const below = new Set<string>()
  const planned = layers.map((layer) => {
    const described = { ...options, ...layer, below }
    const entries = listEntries(layer.files, described)
    for (const { path } of entries) below.add(path)
    return { entries, createdBy: described.createdBy }
  })
  const totalBytes = planned.reduce((sum, { entries }) => sum + sizeOfFiles(entries), 0)
  let image = await emptyImage(parsePlatform(platform), date, createHasher)
  let before = 0
  const onRead =
    onProgress && (({ doneBytes }: LayerProgress) => onProgress({ doneBytes: before + doneBytes, totalBytes }))
  for (const { entries, createdBy } of planned) {
    const made = await makeLayer(entries, await encoderOf(options), { ...options, onProgress: onRead })
    image = await addLayer(image, made, { createdBy }, createHasher)
    before += sizeOfFiles(entries)
  }
  return (await runEdit(image, edits, options)) as ConfiguredImage
}

/** The parts of a new image. */
const PARTS: ReadonlyArray<keyof NewImage> = ['files', 'layers', 'config', 'annotations', 'platform', 'created']

function layersOf(content: NewImage): readonly NewLayer[] {
  const { files, layers } = content ?? {}
  const listed = layers ?? (files === undefined ? [] : [{ files }])
  const isBoth = files !== undefined && layers !== undefined
  if (isBoth || !Array.isArray(listed) || listed.length === 0 || !listed.every((layer) => layer?.files)) {
    throw new TypeError(
      'Cannot create an image: pass its files as { files }, or several layers as { layers: [{ files }, …] }',
    )
  }
  const unknown = Object.keys(content).find((name) => !(PARTS as readonly string[]).includes(name))
  if (unknown === undefined) return listed
  throw new TypeError(`Cannot create an image: it has no part ${show(unknown)}; use ${PARTS.join(', ')}`)
}

/**
 * Parses a platform, such as `linux/arm64/v8`.
 *
 * @throws {ValidationError} if it has another form, or is for Windows
 */
function parsePlatform(text: string): Platform {
  const parts = typeof text === 'string' ? text.split('/') : []
  const [os = '', architecture = '', variant] = parts
  if (parts.length > 3 || !parts.every((part) => PART.test(part)) || architecture === '') {
    throw new ValidationError('SETTING_INVALID', `Cannot create an image for the platform ${show(text)}`, {
      remedy: 'write it as "linux/amd64" or "linux/arm64/v8"',
      input: String(text),
    })
  }
  if (os === 'windows') {
    throw new ValidationError('NOT_SUPPORTED', 'Cannot create an image for Windows: its layers have another form', {
      remedy: 'choose a platform of Linux',
      input: text,
    })
  }
  return { os, architecture, ...(variant && { variant }) }
}

const PART = /^[a-z0-9._-]{1,100}$/

async function emptyImage(platform: Platform, created: string, createHasher: CreateHasher): Promise<ConfiguredImage> {
  const { os, architecture, variant } = platform
  const document = {
    ...{ created, architecture, os, ...(variant && { variant }), config: {} },
    ...{ rootfs: { type: 'layers', diff_ids: [] }, history: [] },
  }
  const config = await jsonContent(document, MEDIA_TYPES.ociConfig, createHasher)
  const mediaType = MEDIA_TYPES.ociManifest
  const listed = { schemaVersion: 2, mediaType, config: descriptorOf(config), layers: [] }
  return {
    ...{ kind: 'image', names: [], tags: [], artifactType: undefined, subject: undefined, platform, config },
    ...{ layers: [], children: [], missing: [], referrers: [] },
    manifest: await jsonContent(listed, mediaType, createHasher),
    configuration: readImageConfig(document),
  }
}
