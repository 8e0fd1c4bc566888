import { TarReadError, ValidationError } from '../errors.ts'
import type { Content } from '../oci/descriptor.ts'
import { concat, toReadable } from '../source/stream.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import { endable } from './endable.ts'
import { createFileTree, type FileTree, type PlacedFile } from './file-tree.ts'
import { withDefaultLimits } from './layer-limits.ts'
import type { LayerFilesOptions } from './layer-options.ts'
import { readingOf } from './layer-reading.ts'
import { cleanPath, type ListedFile } from './listed-file.ts'
import { missingFile } from './missing-file.ts'
import { readLayer } from './open-layer.ts'
import type { OpenedFile } from './opened-file.ts'
import type { ReadFileOptions } from './read-file-options.ts'
import { walkLayer } from './walk-layer.ts'

/** In bytes. The content of a smaller file is kept when its layer is read first. */
const SMALL = 1024 * 1024

const FOLDER = {
  type: 'directory',
  size: 0,
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: 0,
  linkTarget: undefined,
  device: undefined,
  xattrs: {},
  isUnsafe: false,
} as const

/** Reads layers, the lowest first, into a tree of their files. */
export async function readTree(
  layers: readonly Content[],
  options: LayerFilesOptions,
  onFile?: (placed: PlacedFile, content: () => AsyncGenerator<Uint8Array>) => Promise<void>,
): Promise<FileTree> {
  const sizes = layers.map(({ size }) => size)
  const readings = readingOf(options, sizes)
  const tree = createFileTree(withDefaultLimits(options.limits))
  for (const [index, layer] of layers.entries()) {
    const reading = readings[index]
    if (!reading) continue
    for await (const { file, position, content } of walkLayer(layer, reading)) {
      tree.add(file, index, position)
      await onFile?.({ file, layer: index, position }, content)
    }
  }
  return tree
}

/**
 * Opens a file that layers have at a path. The layers are read to their ends and verified. The content of a small file
 * is kept; the layer of a larger one is read again for it.
 *
 * @throws {ValidationError} if the file is not there
 */
export async function openFile(
  layers: readonly Content[],
  path: string,
  options: ReadFileOptions,
  follow: boolean,
): Promise<OpenedFile> {
  let kept: { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined
  const wanted = cleanPath(path)
  const tree = await readTree(layers, options, async ({ file, layer, position }, content) => {
    if (file.path !== wanted || file.type !== 'file' || file.size > SMALL) return
    kept = { id: `${layer}:${position}`, bytes: await collect(content()) }
  })
  const found = tree.find(path, follow) ?? tree.find(path, false) ?? impliedFolder(wanted, tree)
  if (!found) throw missingFile(path, tree)
  if (follow && (found.linked ?? found).file.type === 'symlink') throw brokenLink(path, found)
  const source = found.file.type === 'hardlink' ? found.linked : found
  const limits = withDefaultLimits(options.limits)

  async function* read(signal = options.signal): AsyncGenerator<Uint8Array> {
    const { layer, position } = requireFile(path, found as PlacedFile, source)
    if (kept?.id === `${layer}:${position}`) {
      yield kept.bytes.slice()
      return
    }
    for await (const walked of readLayer(layers[layer] as Content, { ...options, signal, onProgress: undefined })) {
      if (walked.position === position) yield* walked.content()
    }
  }

  function openStream(): ReadableStream<Uint8Array> {
    const ending = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal
    return toReadable(endable(read(signal), ending))
  }

  return {
    ...found.file,
    size: source?.file.size ?? 0,
    entries: found.file.type === 'directory' ? entriesUnder(found, tree) : () => [],
    stream: openStream,
    async bytes() {
      const { size } = requireFile(path, found, source).file
      if (size <= limits.fileSize) return collect(read())
      throw new TarReadError('LIMIT_EXCEEDED', `Cannot read ${JSON.stringify(path)}: it has ${size} bytes`, {
        remedy: `read its stream(), or ${raiseLimit('fileSize')}`,
        path,
      })
    },
  }
}

/** A folder that no layer lists, but that has files. Engines make such folders with these attributes. */
function impliedFolder(path: string, tree: FileTree): PlacedFile | undefined {
  const prefix = path === '.' ? '' : `${path}/`
  for (const [other] of tree.entries()) {
    if (other.startsWith(prefix)) return { file: { ...FOLDER, path, name: path }, layer: 0, position: -1 }
  }
  return undefined
}

/** Lists what is under a folder. Its entry comes first in the tree, if it has one. */
function entriesUnder(found: PlacedFile, tree: FileTree): () => Generator<ListedFile> {
  return function* entries() {
    let folder = found.position < 0 ? found.file.path : undefined
    for (const [path, placed] of tree.entries()) {
      if (placed === found) folder = path
      else if (folder !== undefined && (folder === '.' || path.startsWith(`${folder}/`))) yield { ...placed.file, path }
    }
  }
}

async function collect(stream: AsyncGenerator<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return concat(pieces)
}

/** Takes the file whose content is read: of a hard link, the one that it shares it with. */
function requireFile(path: string, { file }: PlacedFile, source: PlacedFile | undefined): PlacedFile {
  if (source?.file.type === 'file') return source
  const [what, remedy] =
    file.type === 'symlink'
      ? [`it is a symbolic link to ${JSON.stringify(file.linkTarget)}`, 'pass { followLinks: true }']
      : file.type === 'hardlink'
        ? hardLinkFault(file.linkTarget, source)
        : [`it is not a file (its type is ${file.type})`, undefined]
  throw new ValidationError('FILE_MISSING', `Cannot read ${JSON.stringify(path)}: ${what}`, { path, remedy })
}

function hardLinkFault(target: string | undefined, source: PlacedFile | undefined): readonly [string, string] {
  const link = `it is a hard link to ${JSON.stringify(target)}`
  if (source?.file.type !== 'symlink') return [`${link}, which is not there`, 'look for it in the image']
  return [`${link}, which is a symbolic link`, 'pass { followLinks: true }']
}

function brokenLink(path: string, found: PlacedFile): ValidationError {
  const { linkTarget } = (found.linked ?? found).file
  const fault = `it is a symbolic link to ${JSON.stringify(linkTarget)}, which is not there, or leads in a circle`
  return new ValidationError('FILE_MISSING', `Cannot read ${JSON.stringify(path)}: ${fault}`, { path })
}
