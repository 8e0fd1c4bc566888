import { type ErrorCode, TarReadError } from '../errors.ts'
import type { Source } from '../source/source.ts'
import { foreignPackingOf, packedWith } from '../unpack/foreign-packing.ts'
import { startsWith } from '../unpack/magic.ts'

/** In bytes: how much of the beginning of a file is examined. */
const HEAD = 1024
/** In bytes: the smallest size of a tar. */
const MIN_TAR = 512
/** In bytes: how much is examined before the place where a tar is damaged. */
const BEFORE = 64 * 1024
/** How many characters that are not ASCII, and how many control characters, show that text was binary data. */
const MANY = 8

export const SAVE = 'save the image with "docker save -o image.tar name:tag"'
const CHOOSE = `choose another file, or ${SAVE}`
const UTF_16 = [
  ['\xff\xfe', 'utf-16le'],
  ['\xfe\xff', 'utf-16be'],
] as const
const AS_TEXT = 'it was written as text, as ">" of PowerShell does, and is damaged by that'

type Told = readonly [what: string, remedy: string]

/** Kinds of files that begin with a magic. */
const KINDS: ReadonlyArray<readonly [magic: string, ...Told]> = [
  ['\xff\xd8\xff', 'a JPEG picture', CHOOSE],
  ['\x89PNG', 'a PNG picture', CHOOSE],
  ['GIF8', 'a GIF picture', CHOOSE],
  ['RIFF????WEBP', 'a WebP picture', CHOOSE],
  ['%PDF-', 'a PDF document', CHOOSE],
  ['\x7fELF', 'a program', CHOOSE],
  ['MZ', 'a program of Windows', CHOOSE],
  ['hsqs', 'a SquashFS file system', CHOOSE],
  ['QFI\xfb', 'the disk of a virtual machine (QCOW2)', CHOOSE],
  ['KDMV', 'the disk of a virtual machine (VMDK)', CHOOSE],
  ['vhdxfile', 'the disk of a virtual machine (VHDX)', CHOOSE],
  ['!<arch>\n', 'an ar archive, such as a Debian package', CHOOSE],
  ['\xed\xab\xee\xdb', 'an RPM package', CHOOSE],
  ['07070', 'a cpio archive', CHOOSE],
]

/** Kinds of text, by its beginning. */
const TEXTS: ReadonlyArray<readonly [beginning: RegExp, ...Told]> = [
  [
    /^\s*<(?:!--|!doctype html|html|head|body|script|meta|title)/i,
    'a web page, such as a sign-in or error page that was saved instead of the archive',
    'download the archive again, signed in',
  ],
  [
    /^\s*<[?\w]/,
    'an XML document, such as an error that was saved instead of the archive',
    'download the archive again',
  ],
  [/^\s*[{[]/, "a JSON document, such as a server's error or one file of an archive", CHOOSE],
  [/^version https:\/\/git-lfs\./, 'a pointer of Git LFS to the file', 'bring the file itself with "git lfs pull"'],
  [
    /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*(?:FROM|ARG)[ \t]/,
    'a Dockerfile',
    `build the image first ("docker build -t name:tag ."), then ${SAVE}`,
  ],
  [/^/, 'a text file', CHOOSE],
]

/**
 * Finds out what a file is that cannot be read as a tar. The error that it gives says that, and the remedy.
 *
 * @param error Why the file cannot be read: given back where nothing better is known.
 */
export async function explainFile(error: TarReadError, source: Source, signal?: AbortSignal): Promise<TarReadError> {
  const { offset } = error
  if (offset === undefined || source.size === 0) return error
  if (offset > 0) return (await explainEnd(source, offset, signal, error)) ?? error
  const head = await source.read(0, Math.min(HEAD, source.size), signal)
  const packing = foreignPackingOf(head)
  if (packing) return packedWith(packing)
  const kind = kindOf(head)
  const remedy = kind?.[1] ?? CHOOSE
  const details = { remedy, offset: 0, cause: error }
  if (kind) return refusal('NOT_AN_ARCHIVE', `it is ${kind[0]}, not an archive of images`, details)
  if (isWrittenAsText(head)) return writtenAsText(0, error)
  const fault =
    source.size < MIN_TAR
      ? `it has ${source.size} bytes, too few for a tar archive`
      : 'it is not a tar, gzip, zstd or zip file, or it is damaged'
  return refusal('NOT_AN_ARCHIVE', fault, details)
}

function writtenAsText(offset: number, cause?: TarReadError): TarReadError {
  return refusal('ARCHIVE_DAMAGED', AS_TEXT, { remedy: SAVE, offset, ...(cause && { cause }) })
}

function refusal(code: ErrorCode, fault: string, details: ConstructorParameters<typeof TarReadError>[2]): TarReadError {
  return new TarReadError(code, `Cannot open the archive: ${fault}`, details)
}

function kindOf(head: Uint8Array): Told | undefined {
  const kind = KINDS.find(([magic]) => startsWith(head, magic))
  if (kind) return [kind[1], kind[2]]
  // The magic stands behind a line that runs it.
  if (startsWith(head.subarray(32), 'SIF_MAGIC')) {
    return ['an image of Singularity or Apptainer', 'push it with "apptainer push FILE oras://registry/name:tag"']
  }
  const text = decode(head)
  if (text === undefined || countControls(text) > 0) return undefined
  const match = TEXTS.find(([beginning]) => beginning.test(text))
  return match && [match[1], match[2]]
}

/** Text in UTF-8, or in UTF-16 with its mark. Its last character may be cut. */
function decode(bytes: Uint8Array): string | undefined {
  const [, encoding = 'utf-8'] = UTF_16.find(([mark]) => startsWith(bytes, mark)) ?? []
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true })
  } catch {
    // Other bytes: no text.
    return undefined
  }
}

function countControls(text: string): number {
  return Array.from(text).filter((character) => character < ' ' && !'\t\n\r\f\x1b'.includes(character)).length
}

/** By its mark, or by the magic of gzip, whose second byte became a character of several. */
function isWrittenAsText(head: Uint8Array): boolean {
  const isMarked = [...UTF_16.map(([mark]) => mark), '\xef\xbb\xbf'].some((mark) => startsWith(head, mark))
  const [first, second = '', third] = decode(head) ?? ''
  return isMarked || (first === '\x1f' && (second > '\x7f' || second === '?') && third === '\b')
}

/**
 * The error for a tar whose headers end too early, if a shell or a download took the bytes before that for
 * text.
 */
export async function explainEnd(
  source: Source,
  offset: number,
  signal?: AbortSignal,
  cause?: TarReadError,
): Promise<TarReadError | undefined> {
  const end = Math.min(offset, source.size)
  const bytes = await source.read(Math.max(0, end - BEFORE), end, signal)
  return isMangled(bytes) ? writtenAsText(offset, cause) : undefined
}

/** Tells whether binary data was written as text, or its line ends were changed. */
function isMangled(bytes: Uint8Array): boolean {
  // They may begin inside a character.
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80)
  const text = decode(bytes.subarray(Math.max(start, 0))) ?? ''
  const strange = Array.from(text).filter((character) => character > '\x7f').length
  // Between the files of a tar there are many NULs.
  const isBinary = strange >= MANY && countControls(text.replaceAll('\0', '')) >= MANY
  return isBinary || hasOtherLineEnds(bytes)
}

/** Tells whether each line feed has a carriage return before it. Binary data almost never has. */
function hasOtherLineEnds(bytes: Uint8Array): boolean {
  const isFeed = (byte: number) => byte === 0x0a
  return bytes.some(isFeed) && bytes.every((byte, index) => !isFeed(byte) || bytes[index - 1] === 0x0d)
}
