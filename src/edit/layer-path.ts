import { text } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { showJson } from '../oci/json.ts'
import { MAX_PATH } from '../tar/header.ts'

/** In bytes. No file system of Linux takes a longer name. */
const MAX_NAME = 255
/** The start of the names of markers of removed files (image-spec § Whiteouts). */
export const WHITEOUT = '.wh.'

/**
 * Returns the path of a file in a layer, without `.`, double slashes and a slash at the end.
 *
 * @throws {TypeError} if it is not a text
 * @throws {ValidationError} if it is empty or absolute, leads out of its folder, or cannot be a path in an image
 */
export function layerPath(path: string): string {
  text('a path of a file', path, 'a string such as "app/index.js"')
  if (path.startsWith('/')) {
    throw notValid(path, 'is absolute', 'leave out the slash at its start; { at } chooses the folder in the image')
  }
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.length === 0) throw notValid(path, 'names no file', 'give the file a name')
  if (names.includes('..')) throw notValid(path, 'has ".."', 'write the path without it')
  for (const name of names) checkName(path, name)
  const checked = names.join('/')
  if (sizeOf(checked) > MAX_PATH) throw notValid(path, `is longer than ${MAX_PATH} bytes`, 'use a shorter path')
  return checked
}

/** Returns the path of the folder that gets the files: empty for the root. Throws what `layerPath` throws. */
export function folderPath(at: string): string {
  const names = at.split('/').filter((name) => name !== '' && name !== '.')
  return names.length === 0 ? '' : layerPath(names.join('/'))
}

/** Returns the path of the folder that a path is in: empty for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function checkName(path: string, name: string): void {
  if (name.includes('\0')) throw notValid(path, 'has a null character', 'give the file another name')
  if (/\p{Surrogate}/u.test(name)) {
    throw notValid(path, 'is not valid Unicode, which UTF-8 needs', 'give the file another name')
  }
  if (name.startsWith(WHITEOUT)) {
    const remedy = 'remove files of the image below with { remove }, or give the file another name'
    throw notValid(path, `has a name that begins with "${WHITEOUT}", which marks a removed file`, remedy)
  }
  if (sizeOf(name) > MAX_NAME) throw notValid(path, `has a name of more than ${MAX_NAME} bytes`, 'use a shorter name')
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Makes the error for a path that a layer cannot have. */
function notValid(path: string, fault: string, remedy: string): ValidationError {
  return new ValidationError('LAYER_INVALID', `Cannot make the layer: the path ${showJson(path)} ${fault}`, {
    remedy,
    path,
    input: path,
  })
}
