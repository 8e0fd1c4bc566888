import { list, optionalText, show, text } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { isArrayBuffer, type SourceInput, toSource } from '../source/from.ts'
import type { Source } from '../source/source.ts'
import { readAttributes } from './file-attributes.ts'
import type { FileOptions, LayerFile, LayerFileInput, LayerFiles, LayerLink } from './layer-files.ts'
import { folderPath, layerPath, parentOf } from './layer-path.ts'
import type { LayerEntry } from './layer-tar.ts'
import { needsEntry, parentAttributes } from './parent-folders.ts'
import { markerEntry, removedMarkers } from './whiteouts.ts'

/** The options of the entries of a layer. */
interface EntryOptions extends FileOptions {
  /** Paths that the layer removes from the image below. */
  readonly remove?: readonly string[] | undefined
  /** The paths in the layers below, if they are known. */
  readonly below?: ReadonlySet<string>
}

/**
 * Lists the entries of a layer, sorted by their paths, folders before what is in them. The same files give the same
 * list, in whatever order they come.
 *
 * @throws {ValidationError} if a path is not valid or there twice, a file is where a folder is needed, or there is no
 *   file
 * @throws {TypeError} if a file or an attribute is of another type
 */
export function listEntries(files: LayerFiles, options: EntryOptions): readonly LayerEntry[] {
  const { at = '/', filter, below, remove = [] } = options
  text('at', at, 'a path in the image, such as "/app"')
  list('remove', remove, 'an array of paths')
  optionalText('createdBy', options.createdBy, 'a string')
  const entries = new Map<string, LayerEntry>()
  const add = (entry: LayerEntry) => {
    if (entries.has(entry.path)) throw twice(entry.path)
    entries.set(entry.path, entry)
  }
  const folder = folderPath(at)
  const isKept = keeping(filter)
  for (const [name, file] of filesByPath(files)) {
    const path = layerPath(name)
    if (isKept(path)) add(entryOf(folder ? `${folder}/${path}` : path, file, name.endsWith('/'), options))
  }
  if (entries.size === 0 && remove.length === 0) throw noFiles()
  for (const path of removedMarkers(remove, [...entries.keys()])) add(markerEntry(path))
  addFolders(entries, (path) => {
    if (needsEntry(path, below)) add(entryOf(path, parentAttributes(path, folder), true, options))
  })
  return [...entries.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

function* filesByPath(files: LayerFiles): Generator<readonly [path: string, file: LayerFileInput]> {
  if (typeof files !== 'object' || files === null || ArrayBuffer.isView(files)) throw notFiles(files)
  if (files instanceof Map) yield* files
  else if (Symbol.iterator in files) for (const file of files as Iterable<File>) yield [pathOf(file), file]
  else if (Object.prototype.toString.call(files) !== '[object Object]') throw notFiles(files)
  else for (const [path, file] of Object.entries(files)) if (file !== undefined) yield [path, file]
}

/** Returns the path of a page's file. Its first folder is the one that the user chose. */
function pathOf(file: File): string {
  if (typeof file?.name !== 'string') throw notFiles(file)
  const { webkitRelativePath = '' } = file
  return webkitRelativePath.slice(webkitRelativePath.indexOf('/') + 1) || file.name
}

/**
 * Makes a function that asks the filter about a path and the folders above it, about each once.
 *
 * @throws {TypeError} if the filter is not a function, or does not return true or false
 */
export function keeping(filter: FileOptions['filter']): (path: string) => boolean {
  if (filter === undefined) return () => true
  if (typeof filter !== 'function')
    throw new TypeError(`Cannot use filter: it has to be a function, not ${show(filter)}`)
  const known = new Map<string, boolean>()
  function isKept(path: string): boolean {
    const folder = parentOf(path)
    const kept = known.get(path) ?? ((folder === '' || isKept(folder)) && filter?.(path))
    if (typeof kept !== 'boolean') {
      throw new TypeError(`Cannot use filter: it has to return true or false, not ${show(kept)}`)
    }
    known.set(path, kept)
    return kept
  }
  return isKept
}

function entryOf(path: string, file: LayerFileInput, isFolder: boolean, options: FileOptions): LayerEntry {
  if (isFolder) {
    if (typeof file !== 'object' || file === null || isContent(file) || 'content' in file || 'link' in file) {
      const fault = `Cannot make the layer: the path ${JSON.stringify(`${path}/`)} is that of a folder, because it ends with a slash`
      throw new TypeError(`${fault}; pass the attributes of the folder, such as { mode: 0o755 }`)
    }
    return { path, type: 'folder', ...readAttributes(path, 0o755, file, { ...options, mode: undefined }) }
  }
  if (typeof file === 'object' && file !== null && 'link' in file) return linkEntry(path, file, options)
  const { content, ...attributes } = isFile(file) ? file : ({ content: file } as LayerFile)
  const source = contentOf(path, content)
  return { path, type: 'file', source, ...readAttributes(path, 0o644, attributes, options) }
}

function linkEntry(path: string, { link, ...attributes }: LayerLink, options: FileOptions): LayerEntry {
  if (typeof link !== 'string') {
    throw new TypeError(`Cannot make the layer: link of ${JSON.stringify(path)} has to be a string, not ${show(link)}`)
  }
  if (link === '' || link.includes('\0')) throw wrongLink(path)
  return { path, type: 'link', link, ...readAttributes(path, 0o777, attributes, { ...options, mode: undefined }) }
}

function isContent(file: object): file is SourceInput {
  return ArrayBuffer.isView(file) || isArrayBuffer(file) || 'read' in file || 'arrayBuffer' in file
}

function isFile(file: LayerFileInput): file is LayerFile {
  return typeof file === 'object' && file !== null && !isContent(file) && 'content' in file
}

function contentOf(path: string, content: unknown): Source {
  if (typeof content === 'string') return toSource(new TextEncoder().encode(content))
  if (typeof content === 'object' && content !== null && isContent(content)) return toSource(content)
  throw new TypeError(
    `Cannot make the layer: the file ${JSON.stringify(path)} has to be a string, bytes, a Blob or a Source, ` +
      `not ${show(content)}`,
  )
}

/** Checks the folders that the entries are in, and adds those that are missing. */
function addFolders(entries: ReadonlyMap<string, LayerEntry>, addMissing: (path: string) => void): void {
  for (const { path } of [...entries.values()]) {
    for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
      const entry = entries.get(folder)
      if (entry && entry.type !== 'folder') throw notFolder(entry, path)
      if (!entry) addMissing(folder)
    }
  }
}

function twice(path: string): ValidationError {
  return new ValidationError(
    'LAYER_INVALID',
    `Cannot make the layer: two files have the path ${JSON.stringify(path)}`,
    {
      remedy: 'leave one of them out, or give it another path',
      path,
    },
  )
}

function notFolder({ path, type }: LayerEntry, inside: string): ValidationError {
  return new ValidationError(
    'LAYER_INVALID',
    `Cannot make the layer: ${JSON.stringify(path)} is a ${type}, but ${JSON.stringify(inside)} needs a folder there`,
    { remedy: 'leave one of them out, or give it another path', path },
  )
}

function wrongLink(path: string): ValidationError {
  return new ValidationError(
    'LAYER_INVALID',
    `Cannot make the layer: the target of the link ${JSON.stringify(path)} is empty or has a null character`,
    { remedy: 'give it another target', path },
  )
}

function noFiles(): ValidationError {
  return new ValidationError('LAYER_INVALID', 'Cannot make the layer: it has no files', {
    remedy: 'pass at least one file; look at { filter } if there is one',
  })
}

function notFiles(files: unknown): TypeError {
  return new TypeError(
    `Cannot make the layer from ${show(files)}: pass files by their paths, a list of File, ` +
      'or in "registry-api-v2-client/node" the path of a folder',
  )
}
