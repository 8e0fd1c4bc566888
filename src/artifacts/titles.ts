import { ValidationError } from '../errors.ts'

/** A drive of Windows, or a second stream of a file (`name:stream`). */
const HAS_COLON = /:/
/** Control characters, and those that turn the direction of a text. */
const HAS_CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
/** Devices of Windows, also with an ending, which spaces may precede: `NUL.txt`, `NUL .txt`. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i

/**
 * Checks the titles of an artifact's files, which are paths below a folder. Whoever made the artifact chose them, so
 * they may lead anywhere. A title that is safe on one system only is not safe.
 *
 * @param act The start of the message.
 * @returns the titles without `.` and doubled slashes
 * @throws {ValidationError} if one is not a relative path, is a device on Windows, or two titles are one file or a file
 *   and its folder, also where upper and lower case are the same
 */
export function checkTitles(titles: readonly string[], act: string): readonly string[] {
  const paths = titles.map((title) => {
    const fault = faultOf(title)
    if (fault !== undefined) throw unsafe(act, title, fault)
    return partsOf(title).join('/')
  })
  const files = new Set<string>()
  for (const path of paths) {
    if (files.has(keyOf(path))) throw unsafe(act, path, 'two files have it')
    files.add(keyOf(path))
  }
  for (const path of paths) {
    const parts = keyOf(path).split('/')
    const isFile = parts.some((_, index) => index > 0 && files.has(parts.slice(0, index).join('/')))
    if (isFile) throw unsafe(act, path, 'one of its folders is a file')
  }
  return paths
}

function faultOf(title: string): string | undefined {
  const parts = partsOf(title)
  if (parts.length === 0 || title.endsWith('/')) return 'it names no file'
  if (title.startsWith('/')) return 'it is an absolute path'
  if (title.includes('\\')) return 'it has a backslash'
  if (HAS_COLON.test(title)) return 'it has a colon, which is a drive or a second stream on Windows'
  if (HAS_CONTROL.test(title)) return 'it has a control character'
  if (/\p{Surrogate}/u.test(title)) return 'it is not valid Unicode, which UTF-8 needs'
  if (parts.includes('..')) return 'it goes back a folder'
  if (parts.some((part) => DEVICE.test(part))) return 'it is a device on Windows'
  if (parts.some((part) => /[. ]$/.test(part))) return 'Windows drops a dot or a space at the end of a name'
  return undefined
}

function partsOf(title: string): readonly string[] {
  return title.split('/').filter((part) => part !== '' && part !== '.')
}

/**
 * File systems may not tell upper from lower case, or one form of a letter with an accent from the other. Some letters
 * are alike only in upper case: `ß` and `ss`, `ſ` and `s`.
 */
function keyOf(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}

function unsafe(act: string, title: string, fault: string): ValidationError {
  return new ValidationError('ARTIFACT_INVALID', `${act}: the title ${JSON.stringify(title)} is not safe: ${fault}`, {
    remedy: 'use relative paths such as "reports/sbom.json", each once',
    input: title,
  })
}
