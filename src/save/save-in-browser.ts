import { loaded } from '../async/lazy.ts'
import { able, optionsOf } from '../check-options.ts'
import type { PickedFile, SavableTar, SavedFile, SaveInBrowserOptions } from './browser-file.ts'
import { FALLBACK_NAME, safeFileName } from './file-name.ts'

/** The file picker of a page (File System Access § showSaveFilePicker). Not all browsers have it. */
type ShowPicker = (options: object) => Promise<PickedFile>

const WANTED = 'an object such as { fileName: "image.tar" }'
const FILE = 'the handle of a file, such as the result of showSaveFilePicker'
const TYPES = [{ description: 'Container image', accept: { 'application/x-tar': ['.tar'] } }]

/**
 * Saves an archive in a page, in the best way that the browser has. With a file picker the user chooses the file, and
 * the bytes go there directly. Without one, the browser collects the bytes on its disk, and downloads the file.
 *
 * @param tar The archive, or a function that opens it. A picker needs a click, so pass a function: it is called when
 *   the user has chosen the file, and its archive is closed at the end.
 * @param options `fileName`, `onWarning`, and `file`, which the page has picked: then it works in a Worker, too.
 * @returns the name and the size of the file. After a download, the browser may still be moving the file.
 * @throws {TypeError} if `tar` is neither an archive nor a function that gives one, or `file` cannot be written.
 * @throws {RegistryError} if the browser has too little space, or the code does not run in a page.
 * @example
 * ```ts
 * import { pullDockerTar, saveInBrowser } from 'registry-api-v2-client'
 *
 * // called by a click
 * const pull = () => pullDockerTar('https://registry.example.com', 'team/app', 'v7')
 * const { fileName } = await saveInBrowser(pull, { fileName: 'team-app-v7.tar' })
 * console.log(fileName) // 'team-app-v7.tar'
 * ```
 */
export async function saveInBrowser(tar: SavableTar, options: SaveInBrowserOptions = {}): Promise<SavedFile> {
  const { file, fileName } = optionsOf(options, WANTED)
  const name = fileName ?? (typeof tar === 'function' ? undefined : tar?.fileName) ?? FALLBACK_NAME
  const picked = file ? able('file', file, ['createWritable'], FILE) : await pickFile(safeFileName(name))
  const { saveFile } = await loaded(import('./browser-file.ts'))
  return saveFile(tar, picked, options)
}

/**
 * Asks the user for a file, if the browser can.
 *
 * @throws the `AbortError` of the browser, if the user chooses none
 */
async function pickFile(suggestedName: string): Promise<PickedFile | undefined> {
  const { showSaveFilePicker } = globalThis as { readonly showSaveFilePicker?: ShowPicker }
  try {
    return await showSaveFilePicker?.({ suggestedName, types: TYPES })
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    // Without a click, and in a frame of another origin, it is forbidden.
    return undefined
  }
}
