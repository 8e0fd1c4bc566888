import { type Digest, isDigest, shortDigest } from '../oci/digest.ts'

/** The name of a tar of which nothing is known. */
export const FALLBACK_NAME = 'image.tar'
/** In characters. Most file systems take 255 bytes, and a program may add to a name. */
const MAX_LENGTH = 200

/**
 * Names the tar of an image: `team-app-v1.tar`. Every file system takes the name.
 *
 * @param platform The platform, if only one was pulled.
 */
export function tarName(repository: string, reference: string | Digest, platform?: string): string {
  const short = isDigest(reference) ? shortDigest(reference) : reference
  const name = [repository.replace(/^library\//, ''), short, platform].filter(Boolean).join('-')
  return `${safeFileName(name).slice(0, MAX_LENGTH)}.tar`
}

/** Replaces what Windows does not take in the name of a file, or what leads to another folder. */
export function safeFileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows takes none of them.
  const safe = name.replaceAll(/[\u0000-\u001f\u007f/\\:*?"<>|]+/g, '-')
  let end = safe.length
  while (end > 0 && '. '.includes(safe.charAt(end - 1))) end--
  return end === safe.length ? safe : `${safe.slice(0, end)}-`
}
