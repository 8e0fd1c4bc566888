import { publicUrl } from '../errors.ts'
import { redact } from '../http/redact.ts'

/** In characters: what is shown of a text of a server. */
const MAX_TEXT = 100

/** A text of a server for a message: short, without control characters, and without secrets that it may echo. */
export function shownText(text: string, secrets: readonly string[] = []): string {
  return redact(text.replaceAll(/[^\x20-\x7e]/g, '?'), secrets).slice(0, MAX_TEXT)
}

/** The address of a registry for a message. */
export function placeOf(url: URL): string {
  return publicUrl(url.href).replace(/\/$/, '')
}
