import { TarReadError, ValidationError } from '../errors.ts'
import type { Source } from '../source/source.ts'

/** An entry of an archive under one path. */
export interface FileEntry {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other'
  /** A file's bytes. */
  readonly source: Source
  /** The target of a link, as it stands in the archive. */
  readonly target: string
  /** An entry of the same path that came before. */
  readonly earlier?: FileEntry | undefined
}

/** The files of an archive by path: the entries of a tar, or the files of a folder. */
export interface FileIndex {
  readonly entries: ReadonlyMap<string, FileEntry>
  /** The folder that all files but hidden ones are in, with a slash at its end. Empty where that is the top. */
  readonly folder: string
  /** The same, if an image's files are in it; else the top. */
  readonly root: string
  /** Of a tar, its bytes and where its headers end. */
  readonly tar?: { readonly source: Source; readonly end: number } | undefined
}

const MAX_LINKS = 32
/** In bytes. */
const COMPARED_AT_ONCE = 1024 * 1024
/** Entries that were compared already: by their kinds, and by their bytes. */
const ofOneKind = new WeakSet<FileEntry>()
const unambiguous = new WeakSet<FileEntry>()
/** One of them is in every archive of images. */
const MARKERS = ['oci-layout', 'index.json', 'manifest.json', 'repositories']

/**
 * Makes an index of entries. The image's files are at the top, or in a folder that all files are in.
 *
 * @param tar Where the headers of a tar end.
 */
export function createFileIndex(entries: FileIndex['entries'], tar?: FileIndex['tar']): FileIndex {
  const folder = commonFolder(entries)
  const isRoot = MARKERS.some((name) => entries.has(folder + name)) && !folder.split('/').includes('..')
  return { entries, folder, root: isRoot ? folder : '', tar }
}

function commonFolder(entries: FileIndex['entries']): string {
  let common: string | undefined
  for (const { path, kind } of entries.values()) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    // macOS leaves `._image` and `.DS_Store` beside `image/`.
    if (kind === 'directory' || path[folder.length] === '.') continue
    common ??= folder
    while (!folder.startsWith(common)) common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1)
  }
  return common ?? ''
}

/** Tells whether a file is in the archive, by its own name or through links. */
export function hasFile(index: FileIndex, path: string): boolean {
  return followLinks(index, path).at(-1)?.kind === 'file'
}

/**
 * Opens a file of the archive, following links inside it.
 *
 * @param namedBy What names the file, for the message: `manifest.json`.
 * @throws {ValidationError} if the archive holds no such file, or two that differ
 * @throws {TarReadError} if links go in a circle or out of the archive
 */
export async function openEntry(
  index: FileIndex,
  path: string,
  namedBy: string,
  signal?: AbortSignal,
): Promise<Source> {
  const steps = followLinks(index, path)
  const file = steps.at(-1)
  if (file?.kind !== 'file') {
    throw new ValidationError(
      'ARCHIVE_INCOMPLETE',
      `Cannot read the image: ${namedBy} names ${JSON.stringify(path)}, which the archive does not hold${file ? ' as a file' : ''}`,
      { remedy: 'save or download it again', path },
    )
  }
  for (const step of steps) await requireUnambiguous(step, signal)
  return file.source
}

/** A path in the one form in which it is a key: no empty steps, no `.`. */
export function normalizePath(path: string): string {
  return path
    .split('/')
    .filter((step) => step !== '' && step !== '.')
    .join('/')
}

/** Follows a path: returns its links, one after the other, and at the end their target, if it exists. */
function followLinks(index: FileIndex, path: string): readonly FileEntry[] {
  const steps: FileEntry[] = []
  let entry = index.entries.get(index.root + normalizePath(path))
  while (entry && isLink(entry)) {
    if (steps.length === MAX_LINKS) {
      throw new TarReadError('ARCHIVE_UNSAFE', `Cannot follow the links from "${path}": they go in a circle`, { path })
    }
    requireOneKind(entry)
    steps.push(entry)
    entry = index.entries.get(linkTarget(entry))
  }
  if (entry) requireOneKind(entry)
  return entry ? [...steps, entry] : []
}

function isLink({ kind }: FileEntry): boolean {
  return kind === 'symlink' || kind === 'hardlink'
}

/** Symbolic links are relative to their own folder, hard links to the archive. */
function linkTarget(link: FileEntry): string {
  if (link.kind === 'symlink' && link.target.startsWith('/')) throw leadsOut(link)
  const folder = link.kind === 'symlink' ? link.path.split('/').slice(0, -1) : []
  const steps: string[] = []
  for (const step of [...folder, ...normalizePath(link.target).split('/')]) {
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) throw leadsOut(link)
  }
  return steps.join('/')
}

function leadsOut({ path }: FileEntry): TarReadError {
  return new TarReadError('ARCHIVE_UNSAFE', `Cannot follow the link "${path}": it leads out of the archive`, { path })
}

/** A link or a folder must not hide a file that other readers find, or take for there what they do not. */
function requireOneKind(entry: FileEntry): void {
  if (ofOneKind.has(entry)) return
  for (let { earlier } = entry; earlier; earlier = earlier.earlier) {
    if (earlier.kind !== entry.kind || earlier.target !== entry.target) throw ambiguous(entry)
  }
  ofOneKind.add(entry)
}

/** Of two entries of one path tar takes the last, and other readers the first: they have to be the same. */
async function requireUnambiguous(entry: FileEntry, signal?: AbortSignal): Promise<void> {
  if (unambiguous.has(entry)) return
  for (let { earlier } = entry; earlier; earlier = earlier.earlier) {
    if (!(await isSame(entry, earlier, signal))) throw ambiguous(entry)
  }
  unambiguous.add(entry)
}

function ambiguous({ path }: FileEntry): ValidationError {
  return new ValidationError(
    'ARCHIVE_UNSAFE',
    `Cannot read the image: the archive holds ${JSON.stringify(path)} more than once, and not the same each time; readers would differ in what they take`,
    { path },
  )
}

async function isSame(one: FileEntry, other: FileEntry, signal?: AbortSignal): Promise<boolean> {
  const { size } = one.source
  if (one.source === other.source) return true
  if (size !== other.source.size) return false
  for (let start = 0; start < size; start += COMPARED_AT_ONCE) {
    const end = Math.min(start + COMPARED_AT_ONCE, size)
    const bytes = await one.source.read(start, end, signal)
    const others = await other.source.read(start, end, signal)
    for (let position = 0; position < bytes.length; position++) if (bytes[position] !== others[position]) return false
  }
  return true
}
