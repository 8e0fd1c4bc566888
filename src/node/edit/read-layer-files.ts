import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LayerMakingOptions } from '../../edit/append-options.ts'
import { keeping } from '../../edit/layer-entries.ts'
import type { FileOptions, LayerFileInput, LayerFiles } from '../../edit/layer-files.ts'
import type { NewImage, NewLayer } from '../../edit/new-image.ts'
import { TarReadError, ValidationError } from '../../errors.ts'
import type { Source } from '../../source/source.ts'
import { lazyFile, named } from '../archive/file.ts'

/**
 * Files for a layer where there is a file system. A text or a `file:` URL is the path of a folder or a file. There may
 * be several in an array.
 */
export type LayerInput = LayerFiles | string | URL | ReadonlyArray<string | URL>

/** How the files at a path are read. */
interface ReadingOptions extends Pick<FileOptions, 'filter'> {
  readonly signal?: AbortSignal | undefined
}

/** Node puts it into a name for bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd'

/** The part of a file's status that shows a change. */
interface FileState {
  readonly size: number
  readonly mtimeMs: number
}

/**
 * Finds the files at paths: those in a folder, or one file by its name. Links stay links, and executables stay
 * executable.
 *
 * @returns the files, and the options without the filter, which was applied; other input as it is
 * @throws {TarReadError} if the folder cannot be read
 * @throws {ValidationError} if it has a device, a socket or a pipe, or two paths have the same file
 */
export async function withLayerFiles<O extends ReadingOptions>(
  files: LayerInput,
  options: O,
): Promise<{ readonly files: LayerFiles; readonly options: O }> {
  const paths = Array.isArray(files) ? files : [files]
  if (paths.length === 0 || !paths.every(isPath)) return { files: files as LayerFiles, options }
  const isKept = keeping(options.filter)
  const found = new Map<string, LayerFileInput>()
  for (const path of paths) {
    const top = typeof path === 'string' ? path : fileURLToPath(path)
    for await (const [path, file] of filesAt(top, isKept, options.signal)) {
      if (found.has(path)) throw twice(path, top)
      found.set(path, file)
    }
  }
  return { files: found, options: { ...options, filter: undefined } }
}

function isPath(input: unknown): input is string | URL {
  return typeof input === 'string' || input instanceof URL
}

/** Finds the files of the layers of a new image. Content that the core rejects stays as it is. */
export async function readLayers(content: NewImage<LayerInput>, options: LayerMakingOptions): Promise<NewImage> {
  const { files, layers, ...others } = content ?? {}
  const given = layers ?? (files === undefined ? [] : [{ files }])
  const isValid = (files === undefined || layers === undefined) && Array.isArray(given) && given.every(Boolean)
  if (!isValid) return content as NewImage
  const read: NewLayer[] = []
  for (const layer of given as ReadonlyArray<NewLayer<LayerInput>>) {
    const { files, options: left } = await withLayerFiles(layer.files, { ...options, ...layer })
    read.push({ ...layer, files, filter: left.filter })
  }
  return { ...others, layers: read }
}

async function* filesAt(
  top: string,
  isKept: (path: string) => boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [path: string, file: LayerFileInput]> {
  const status = await named(top, stat(top))
  if (status.isDirectory()) yield* filesUnder(top, '', isKept, signal)
  else yield [basename(resolve(top)), fileOf(top, status)]
}

async function* filesUnder(
  folder: string,
  prefix: string,
  isKept: (path: string) => boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [path: string, file: LayerFileInput]> {
  const names = await named(folder, readdir(folder))
  // A folder with files needs no entry of its own.
  if (names.length === 0 && prefix !== '') yield [prefix, {}]
  for (const name of names.sort()) {
    signal?.throwIfAborted()
    const [path, place] = [prefix + name, join(folder, name)]
    if (!isKept(path)) continue
    if (name.includes(REPLACEMENT)) throw notUnicode(place)
    const status = await named(place, lstat(place))
    if (status.isDirectory()) yield* filesUnder(place, `${path}/`, isKept, signal)
    else if (status.isSymbolicLink()) yield [path, { link: await named(place, readlink(place)) }]
    else yield [path, fileOf(place, status)]
  }
}

function fileOf(place: string, status: FileState & { readonly mode: number; isFile(): boolean }): LayerFileInput {
  if (!status.isFile()) throw notFile(place)
  const isExecutable = (status.mode & 0o111) !== 0
  return { content: unchangedFile(place, status), ...(isExecutable && { mode: 0o755 }) }
}

/** Creates a source that fails at its end if the file changed since it was found. */
function unchangedFile(place: string, { size, mtimeMs }: FileState): Source {
  const { read } = lazyFile(place, size)
  return {
    size,
    async read(start, end, ...how) {
      const bytes = await read(start, end, ...how)
      if (end < size) return bytes
      const now = await named(place, stat(place))
      if (now.size === size && now.mtimeMs === mtimeMs) return bytes
      throw new TarReadError('FILE_UNREADABLE', `Cannot read "${place}": it changed while it was read`, { path: place })
    },
  }
}

function twice(path: string, top: string): ValidationError {
  return new ValidationError('LAYER_INVALID', `Cannot make the layer: "${path}" of "${top}" is in it already`, {
    remedy: 'make a layer of each path',
    path,
  })
}

function notFile(place: string): ValidationError {
  return new ValidationError(
    'LAYER_INVALID',
    `Cannot make the layer: "${place}" is a device, a socket or a pipe, which no layer has`,
    { remedy: 'leave it out with { filter }', path: place },
  )
}

function notUnicode(place: string): ValidationError {
  return new ValidationError('LAYER_INVALID', `Cannot make the layer: the name of "${place}" is not in UTF-8`, {
    remedy: 'rename it, or leave it out with { filter }',
    path: place,
  })
}
