import { type ErrorCode, type RegistryError, type TarReadError, ValidationError } from '../errors.ts'
import type { Source } from '../source/source.ts'
import type { FileIndex } from './file-index.ts'
import { explainEnd, explainFile, SAVE } from './foreign-file.ts'

const MARKERS = ['oci-layout', 'index.json', 'manifest.json', 'repositories']
const MAX_SHOWN = 3
/** In bytes: how much is examined after the end of a tar. */
const REST = 64 * 1024
const LAYERS = /^blobs\/sha256\/|(?:^|\/)layer\.tar$/
/** Files that a `manifest.json` names, and their folder. */
const CONFIG_OR_LAYER = /^(.*\/)[0-9a-f]{64}(?:\.json|\.tar(?:\.gz)?|\/layer\.tar)?$/
/** Files that macOS adds. */
const HIDDEN = /(?:^|\/)(?:\._|__MACOSX\/)/
const ARCHIVE_NAME = /\.(?:tar|tgz|tzst|txz|tar\.\w+)$/i
/** Folders at the top of a root file system. */
const SYSTEM_FOLDERS = 'bin dev etc home lib opt proc root run sbin sys tmp usr var'.split(' ')
/** Folders that only a system has. An archive of a user's own files does not begin with them. */
const PROGRAM_FOLDERS = 'bin etc lib lib64 sbin usr'.split(' ')
/** One of these files alone tells what it is. */
const SYSTEM_FILES = ['.dockerenv', 'bin/sh', 'etc/passwd', 'etc/os-release']
const WINDOWS = /^(?:Files\/)?Windows\/System32\//i

/** The paths of files, without the folder that all of them are in. */
interface Paths {
  readonly folder: string
  readonly all: readonly string[]
  /** The first steps of all paths. */
  readonly tops: ReadonlySet<string>
  has(path: string): boolean
}

const REGISTRY_STORAGE = /(?:^|\/)docker\/registry\/v2\/(?:blobs|repositories)\//

const KINDS: ReadonlyArray<readonly [is: (paths: Paths) => boolean, what: string, remedy: string]> = [
  [({ has }) => has('Chart.yaml'), 'a Helm chart', 'push it with "helm push FILE oci://registry/repository"'],
  [
    ({ all, folder }) => all[0] !== undefined && REGISTRY_STORAGE.test(folder + all[0]),
    'the storage of a registry',
    'start a registry with it, and copy the images from there ("skopeo copy")',
  ],
  [
    ({ tops, has }) => tops.has('rootfs') && has('config.json'),
    'a bundle for an OCI runtime',
    'make an image of it first ("umoci repack")',
  ],
  [
    isRootFileSystem,
    'the files of a container or of one layer, as "docker export" writes them',
    `${SAVE}; of a container, make an image first ("docker commit")`,
  ],
  [
    ({ all }) => all.some((path) => /^(?:Dockerfile|Containerfile)(?:\.[^/]*)?$/.test(path)),
    'what an image is built from',
    `build it first ("docker build -t name:tag ."), then ${SAVE}`,
  ],
]

/** Finds out what files are that are no image: the error that says that, and the remedy. */
export async function explainFiles(files: FileIndex, signal?: AbortSignal): Promise<RegistryError> {
  const { tar } = files
  const mangled = tar && (await goesOn(tar, signal)) && (await explainEnd(tar.source, tar.end, signal))
  if (mangled) return mangled
  const paths = pathsOf(files)
  return explainKind(paths) ?? explainFolders(paths) ?? explainParts(paths, files) ?? explainNames(paths, files)
}

/** Tells whether data follows the end of a tar. Then the zeros were part of a file, and not the end. */
async function goesOn({ source, end }: NonNullable<FileIndex['tar']>, signal?: AbortSignal): Promise<boolean> {
  const rest = await source.read(Math.min(end, source.size), Math.min(end + REST, source.size), signal)
  return rest.some((byte) => byte !== 0)
}

/**
 * The same for a file that cannot be read to its end as a tar.
 *
 * @param error Why it cannot be read.
 * @param files What of it could be indexed.
 */
export async function explainUnread(
  error: TarReadError,
  source: Source,
  files: FileIndex,
  signal?: AbortSignal,
): Promise<RegistryError> {
  return explainKind(pathsOf(files)) ?? explainFile(error, source, signal)
}

/**
 * The same for a file that has the name of one of an archive, but is something else: gives the error back if that is
 * not so.
 */
export function explainError(error: ValidationError, files: FileIndex): ValidationError {
  return (MARKERS.includes(error.path ?? '') && explainKind(pathsOf(files))) || error
}

function explainKind(paths: Paths): ValidationError | undefined {
  const kind = KINDS.find(([is]) => is(paths))
  return kind && noImages(`it holds ${kind[1]}, not an image`, kind[2])
}

/** Images in folders, next to other files. */
function explainFolders({ all, has }: Paths): ValidationError | undefined {
  const withConfigs = new Set(all.map((path) => CONFIG_OR_LAYER.exec(path)?.[1]))
  const folders = all.flatMap((path) => {
    const [, folder, marker] = /^(.*\/)(oci-layout|manifest\.json)$/.exec(path) ?? []
    const isImage = marker === 'oci-layout' ? has(`${folder}index.json`) : withConfigs.has(folder)
    return folder !== undefined && isImage ? [folder] : []
  })
  const [first, ...others] = [...new Set(folders)].map((folder) => JSON.stringify(folder))
  if (first === undefined) return undefined
  return others.length === 0
    ? noImages(`an image is in the folder ${first}, beside other files`, 'open that folder alone, or a tar of it')
    : noImages(`images are in the folders ${shown([first, ...others])}`, 'open one of them alone')
}

/** Explains files that are archives themselves, or were part of one. */
function explainParts({ all }: Paths, { tar }: FileIndex): ValidationError | undefined {
  if (all.some((path) => LAYERS.test(path))) {
    const fault = 'it holds layers, but no "manifest.json" and no "index.json"; it was cut short or taken apart'
    return noImages(fault, SAVE, 'ARCHIVE_INCOMPLETE')
  }
  const archives = all.filter((path) => ARCHIVE_NAME.test(path)).map((path) => JSON.stringify(path))
  if (archives.length === 0) return undefined
  return noImages(`it holds no image, but ${shown(archives)}`, tar ? 'unpack it, and open that' : 'open that alone')
}

function explainNames({ all }: Paths, { tar }: FileIndex): ValidationError {
  const isUnfinished = tar !== undefined && tar.end === 0
  const nothing = isUnfinished ? 'it begins with zeros, as a download that did not finish' : 'it is empty'
  const others = all.length === 0 ? nothing : `it holds ${shown(all.map((path) => JSON.stringify(path)))}`
  return noImages(`the archive holds no "manifest.json", no "index.json" and no "repositories": ${others}`, SAVE)
}

function noImages(fault: string, remedy: string, code: ErrorCode = 'NO_IMAGE'): ValidationError {
  return new ValidationError(code, `Cannot find images: ${fault}`, { remedy, path: 'manifest.json' })
}

function pathsOf({ entries, folder: common }: FileIndex): Paths {
  const folder = SYSTEM_FOLDERS.includes(common.split('/', 1)[0] as string) ? '' : common
  const all: string[] = []
  for (const { path, kind } of entries.values()) {
    if (kind !== 'directory' && !HIDDEN.test(path)) all.push(path.slice(folder.length))
  }
  const tops = new Set(all.map((path) => path.split('/', 1)[0] as string))
  return { folder, all, tops, has: (path) => entries.has(folder + path) }
}

function isRootFileSystem({ all, tops, has }: Paths): boolean {
  const folders = SYSTEM_FOLDERS.filter((folder) => tops.has(folder))
  const isPartOfOne = tops.size > 0 && [...tops].every((top) => PROGRAM_FOLDERS.includes(top))
  const isWhole = folders.length > 2 || tops.has('rootfs') || SYSTEM_FILES.some(has)
  return isPartOfOne || isWhole || all.some((path) => WINDOWS.test(path))
}

/** The first few of many names. */
function shown(names: readonly string[]): string {
  const more = names.length - MAX_SHOWN
  return `${names.slice(0, MAX_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
