import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { writeLayer } from './layer.js'
import { tarEnd, tarFile, tarHeader } from './tar.js'

// Archives as Docker saves them, always the same for the same description: made once, then used by every run.

/**
 * What to make.
 *
 * @typedef {object} ArchiveSpec
 * @property {'docker-25' | 'docker-1.10'} format How Docker named the files in it: layers by their digests, or by ids that tell nothing.
 * @property {readonly ImageSpec[]} images
 * @property {'gzip'} [packing] Default: none.
 */

/**
 * @typedef {object} ImageSpec
 * @property {string} name
 * @property {readonly import('./layer.js').LayerSpec[]} layers
 */

/**
 * A blob, and where it stands in the archive before that was packed.
 *
 * @typedef {object} ArchiveBlob
 * @property {string} digest
 * @property {number} size
 * @property {number} offset
 */

/**
 * What was made.
 *
 * @typedef {object} MadeArchive
 * @property {string} path
 * @property {string} plainPath The same before it was packed.
 * @property {number} size
 * @property {readonly string[]} names Of its images.
 * @property {readonly ArchiveBlob[]} layers Each once.
 * @property {readonly ArchiveBlob[]} configs
 */

/** To be raised when other bytes are made of the same description. */
const VERSION = 3

/**
 * Makes an archive, if it is not there yet.
 *
 * @param {string} folder
 * @param {ArchiveSpec} spec
 * @returns {Promise<MadeArchive>}
 */
export async function bringArchive(folder, { packing, ...spec }) {
  const plain = await bringMade(folder, { spec, suffix: '.tar' }, (path) => writeArchive(path, spec))
  if (!packing) return plain
  return bringMade(folder, { spec: { ...spec, packing }, suffix: '.tar.gz' }, async (path) => {
    await pipeline(createReadStream(plain.path), createGzip(), createWriteStream(path))
    return plain
  })
}

/**
 * Brings the blobs of an archive into files of their own.
 *
 * @param {string} folder
 * @param {MadeArchive} archive
 * @returns {Promise<ReadonlyArray<ArchiveBlob & { path: string }>>}
 */
export async function bringBlobs(folder, archive) {
  const made = []
  await mkdir(join(folder, 'blobs'), { recursive: true })
  for (const blob of [...archive.layers, ...archive.configs]) {
    const path = join(folder, 'blobs', blob.digest.slice('sha256:'.length))
    if (!existsSync(path)) {
      const part = { start: blob.offset, end: blob.offset + blob.size - 1 }
      await pipeline(createReadStream(archive.plainPath, part), createWriteStream(`${path}.part`))
      renameSync(`${path}.part`, path)
    }
    made.push({ ...blob, path })
  }
  return made
}

/**
 * @param {string} folder
 * @param {{ spec: ArchiveSpec, suffix: string }} what
 * @param {(path: string) => Promise<Pick<MadeArchive, 'layers' | 'configs'> & { plainPath?: string }>} make
 * @returns {Promise<MadeArchive>}
 */
async function bringMade(folder, { spec, suffix }, make) {
  const key = createHash('sha256')
    .update(JSON.stringify([VERSION, spec]))
    .digest('hex')
    .slice(0, 16)
  const path = join(folder, `${key}${suffix}`)
  const notes = join(folder, `${key}.json`)
  if (existsSync(path) && existsSync(notes)) return JSON.parse(readFileSync(notes, 'utf8'))
  rmSync(notes, { force: true })
  const { layers, configs, plainPath = path } = await make(`${path}.part`)
  renameSync(`${path}.part`, path)
  const { size } = await stat(path)
  const made = { path, plainPath, size, names: spec.images.map(({ name }) => name), layers, configs }
  writeFileSync(notes, JSON.stringify(made))
  return made
}

/**
 * @param {string} path
 * @param {ArchiveSpec} spec
 */
async function writeArchive(path, { format, images }) {
  const file = await open(path, 'w')
  let end = 0
  /** @param {Uint8Array} bytes */
  const write = async (bytes) => {
    await file.write(bytes, 0, bytes.length, end)
    end += bytes.length
  }
  /** @type {Map<string, ArchiveBlob & { name: string }>} */
  const layers = new Map()
  const configs = []
  const entries = []
  try {
    for (const image of images) {
      const own = []
      for (const spec of image.layers) {
        const layer = layers.get(spec.seed) ?? (await putLayer(spec))
        layers.set(spec.seed, layer)
        own.push(layer)
      }
      const config = Buffer.from(configOf(own.map(({ digest }) => digest)))
      const hex = createHash('sha256').update(config).digest('hex')
      configs.push({ digest: `sha256:${hex}`, size: config.length, offset: end + 512 })
      const name = format === 'docker-25' ? `blobs/sha256/${hex}` : `${hex}.json`
      await write(tarFile(name, config))
      entries.push({ Config: name, RepoTags: [image.name], Layers: own.map((layer) => layer.name) })
    }
    await write(tarFile('manifest.json', Buffer.from(JSON.stringify(entries))))
    await write(tarEnd())
  } finally {
    await file.close()
  }
  return { layers: [...layers.values()], configs }

  /**
   * A layer's name may be its digest, which is known when it is written: its header is put in afterwards.
   *
   * @param {import('./layer.js').LayerSpec} spec
   */
  async function putLayer(spec) {
    const headerAt = end
    end += 512
    const sha256 = createHash('sha256')
    await writeLayer(spec, async (bytes) => {
      sha256.update(bytes)
      await write(bytes)
    })
    const hex = sha256.digest('hex')
    const id = createHash('sha256').update(spec.seed).digest('hex')
    const name = format === 'docker-25' ? `blobs/sha256/${hex}` : `${id}/layer.tar`
    const size = end - headerAt - 512
    await file.write(tarHeader(name, size), 0, 512, headerAt)
    return { name, digest: `sha256:${hex}`, size, offset: headerAt + 512 }
  }
}

/** @param {readonly string[]} diffIds */
function configOf(diffIds) {
  return JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {},
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, layer) => ({ created: '1970-01-01T00:00:00Z', created_by: `layer ${layer}` })),
  })
}
