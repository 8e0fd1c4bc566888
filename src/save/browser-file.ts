import { able } from '../check-options.ts'
import { RegistryError } from '../errors.ts'
import { collectBlob } from '../source/spool.ts'
import { readStream } from '../source/stream.ts'
import { FALLBACK_NAME, safeFileName } from './file-name.ts'
import type { StreamOptions } from './make-archive.ts'

/** An archive that can be saved, such as those of `pullDockerTar` and `writeArchive`. */
export interface SavableArchive {
  /** In bytes. */
  readonly size: number
  /** @default the option `fileName` */
  readonly fileName?: string | undefined
  stream(options?: StreamOptions): ReadableStream<Uint8Array>
  close?(): Promise<void>
}

/** An archive to save, or a function that opens it. */
export type SavableTar = SavableArchive | (() => SavableArchive | Promise<SavableArchive>)

/** The options of `saveInBrowser`. */
export interface SaveInBrowserOptions {
  /**
   * The file to write, if the page has asked for it: the handle of `showSaveFilePicker`. A page can pass it to a
   * Worker, which then saves the archive. @default the user is asked
   */
  readonly file?: PickedFile | undefined
  /** The name that the file picker proposes, and that a download gets. @default the archive's `fileName` */
  readonly fileName?: string | undefined
  /** Called before the browser collects more than 2 GB, because it has no file picker. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** A file that was saved in a page. */
export interface SavedFile {
  /** The name that the user chose, or that of the download. */
  readonly fileName: string
  /** In bytes. */
  readonly size: number
}

/** A file that the user chose, as far as it is used here (File System Standard § FileSystemFileHandle). */
export interface PickedFile {
  readonly name: string
  getFile(): Promise<Blob>
  createWritable(): Promise<PickedFileWriter>
  /** Absent in some browsers. */
  remove?(): Promise<void>
}

/** Writes such a file. The file gets its bytes when it is closed. */
export interface PickedFileWriter {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

/** In bytes. A browser may have too little room to collect more. */
const LARGE = 2e9
/** In milliseconds: the time in which a browser begins a download. */
const DOWNLOAD_START = 60_000

const ARCHIVE = 'an archive, as pullDockerTar() gives one'
const REMEDY = 'make room, or choose one platform'

/**
 * Saves an archive into the file that was picked, or else as a download. Throws what `saveInBrowser` throws.
 *
 * @param picked The file. It is removed if the archive cannot be saved.
 */
export async function saveFile(
  tar: SavableTar,
  picked: PickedFile | undefined,
  options: SaveInBrowserOptions,
): Promise<SavedFile> {
  let opened: SavableArchive | undefined
  try {
    if (!picked && typeof document === 'undefined') throw notAPage()
    opened = able('tar', typeof tar === 'function' ? await tar() : tar, ['stream'], ARCHIVE)
    const { size } = opened
    if (!picked) return { fileName: await downloadFile(opened, options), size }
    await writePickedFile(opened, picked)
    return { fileName: picked.name, size }
  } catch (error) {
    if (picked) await removeEmptyFile(picked)
    throw error
  } finally {
    if (typeof tar === 'function') await opened?.close?.()
  }
}

/**
 * Writes an archive into the file of a picker. The file gets its bytes at the end, all at once.
 *
 * @throws {RegistryError} if the browser cannot write it
 */
async function writePickedFile(tar: SavableArchive, file: PickedFile): Promise<void> {
  const refuse = (cause: unknown) => {
    const fault = `${actOf(file.name, tar.size)}: the browser cannot write the file`
    throw new RegistryError('STORAGE_FAILED', fault, { remedy: REMEDY, cause })
  }
  const writer = await file.createWritable().catch(refuse)
  try {
    const stream = tar.stream({ reusesMemory: true })
    for await (const piece of readStream(stream)) await writer.write(piece as Uint8Array<ArrayBuffer>).catch(refuse)
    await writer.close().catch(refuse)
  } catch (error) {
    await writer.abort().catch(() => undefined)
    throw error
  }
}

/** Removes the empty file that a picker made. A failure is ignored: the user sees that the file is empty. */
async function removeEmptyFile(file: PickedFile): Promise<void> {
  const made = await file.getFile().catch(() => undefined)
  if (made?.size === 0) await file.remove?.().catch(() => undefined)
}

/**
 * Collects an archive on the browser's disk, and starts its download from there.
 *
 * @returns the name of the file
 * @throws {RegistryError} if the browser has too little space
 */
async function downloadFile(
  tar: SavableArchive,
  { fileName: given = tar.fileName ?? FALLBACK_NAME, onWarning }: SaveInBrowserOptions,
): Promise<string> {
  const fileName = safeFileName(given)
  if (tar.size > LARGE) onWarning?.(largeWarning(fileName, tar.size))
  const blob = await collectBlob(readStream(tar.stream()), actOf(fileName, tar.size), REMEDY)
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_START)
  return fileName
}

function largeWarning(fileName: string, size: number): string {
  return (
    `The browser collects the ${megabytes(size)} of ${fileName} before it saves them, and may have too little room. ` +
    'A browser with a file picker (Chrome or Edge, on https) writes them directly.'
  )
}

function actOf(fileName: string, size: number): string {
  return `Cannot save ${fileName} (${megabytes(size)})`
}

function megabytes(size: number): string {
  return `${Math.ceil(size / 1e6)} MB`
}

function notAPage(): RegistryError {
  return new RegistryError('NOT_SUPPORTED', 'Cannot save the archive: only a page can save files', {
    remedy:
      'in Node, pull with { to } of "registry-api-v2-client/node"; in a Worker, pass { file }, or save it in the page',
  })
}
