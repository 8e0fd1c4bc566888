import { indent } from './json-text.ts'

/** The start of a file, for people to look at. */
export interface TextPreview {
  /** Absent if it is no text. */
  readonly text: string | undefined
  /** True if the file continues. */
  readonly isCut: boolean
}

/** In bytes. */
export const MAX_PREVIEW = 256 * 1024

/** Reads the start of a file as text. JSON is formatted. */
export function previewText(bytes: Uint8Array, isCut: boolean): TextPreview {
  const text = decode(bytes, isCut)
  return { text: text === undefined || isCut ? text : indent(text), isCut }
}

/** Decodes UTF-8. A cut may be in the middle of a character. */
function decode(bytes: Uint8Array, isCut: boolean): string | undefined {
  // No text has a NUL.
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
  } catch {
    return undefined
  }
}
