import { lstat } from 'node:fs/promises'
import { ValidationError } from '../../node/index.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { nameOf, type Place, parsePlace, readRegistryAddress, registryAsImage } from './place.ts'

/** An argument that names an image: an archive, or an image of a registry. */
export type ImageInput =
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'reference'; readonly place: Place }

const SCHEME = /^https?:\/\//
/** The beginning of a path, in POSIX or in Windows. */
const PATH = /^[./~]|\\|^[A-Za-z]:[\\/]/
const ARCHIVE = /\.(?:tar|tgz|tzst|zip|gz|zst|xz|bz2)$/i

/**
 * Tells whether an argument is an archive or an image of a registry. `-` is an archive on stdin. A text is a path if
 * it begins with `.`, `/` or `~`, ends like an archive (`.tar`, `.tgz`, `.zip`…), or is a file or a folder that
 * exists. Everything else is a reference, and so is what begins with `http://` or `https://`.
 *
 * @param onWarning Called if a reference is also the path of a file or a folder, which is read then; and if it is a
 *   single word, which may be the name of a file, mistyped.
 * @throws {UsageError} if it names a registry
 * @throws {ValidationError} if it is neither
 */
export async function readImageInput(text: string, onWarning: (message: string) => void): Promise<ImageInput> {
  if (text === '-') return { kind: 'archive', path: text }
  if (!SCHEME.test(text)) {
    if (PATH.test(text) || ARCHIVE.test(text)) return { kind: 'archive', path: text }
    if (await lstat(text).catch(() => undefined)) {
      const place = tryPlace(text)
      if (place) {
        const whole = `${place.registry}/${text.slice(text.indexOf(place.repository))}`
        onWarning(`"${text}" is a file or a folder here, and is read. For the image of a registry, pass ${whole}.`)
      }
      return { kind: 'archive', path: text }
    }
  }
  if (readRegistryAddress(text) !== undefined) throw registryAsImage(text)
  const place = tryPlace(text)
  if (place) {
    // Perhaps the name of a file, mistyped.
    if (!/[/:@]/.test(text)) onWarning(`"${text}" is not a file here. It is read as the image ${nameOf(place)}.`)
    return { kind: 'reference', place }
  }
  throw new ValidationError(
    'REFERENCE_INVALID',
    `Cannot find the image ${JSON.stringify(text)}: it is not a file here, and not a reference`,
    { remedy: 'pass the path of an archive, or registry/repository[:tag][@digest]', input: text },
  )
}

function tryPlace(text: string): Place | undefined {
  try {
    return parsePlace(text)
  } catch (error) {
    if (error instanceof ValidationError || error instanceof UsageError) return undefined
    throw error
  }
}
