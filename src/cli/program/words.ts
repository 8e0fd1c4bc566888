import { InvalidArgumentError } from '@commander-js/extra-typings'

/** The characters that mean something only to a shell. */
const SHELL = /[$`|&;<>()*]/

/**
 * Parses a command as a Dockerfile does, but without a shell. A JSON array is taken as it is. Another text is split at
 * white space; quotes keep words together. An empty text has no words.
 */
export function parseWords(text: string): readonly string[] {
  if (!text.trimStart().startsWith('[')) return split(text)
  let words: unknown
  try {
    words = JSON.parse(text)
  } catch {
    throw new InvalidArgumentError(`Pass a JSON array such as '["node","index.js"]', or words such as 'node index.js'.`)
  }
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words
  throw new InvalidArgumentError(`A JSON array has to have texts only, as in '["node","index.js"]'.`)
}

function split(text: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (quote !== undefined) {
      if (character === quote) quote = undefined
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (SHELL.test(character)) {
      throw new InvalidArgumentError(
        `"${character}" takes a shell: pass '["/bin/sh","-c",${JSON.stringify(text)}]', or put the word in quotes.`,
      )
    } else {
      word = (word ?? '') + character
    }
  }
  if (quote !== undefined) throw new InvalidArgumentError(`The quote ${quote} has no end.`)
  return word === undefined ? words : [...words, word]
}

/** Collects `NAME=value`. The last value of a name counts. */
export function collectPair(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const end = text.indexOf('=')
  if (end <= 0) throw new InvalidArgumentError('Pass NAME=value.')
  return { ...before, [text.slice(0, end)]: text.slice(end + 1) }
}

/** Parses the number of a user, and perhaps that of a group: `1000:1000`. */
export function parseOwner(text: string): { readonly uid: number; readonly gid: number } {
  const [, uid, gid = uid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? []
  if (uid === undefined) throw new InvalidArgumentError('Pass numbers, such as 1000 or 1000:1000.')
  return { uid: Number(uid), gid: Number(gid) }
}

/** Parses permissions in octal: `755`. */
export function parseMode(text: string): number {
  if (!/^[0-7]{1,5}$/.test(text)) throw new InvalidArgumentError('Pass permissions in octal, such as 755.')
  return Number.parseInt(text, 8)
}

/** Parses a date in RFC 3339, or the word `now`. */
export function parseDate(text: string): Date {
  const date = text === 'now' ? new Date() : new Date(text)
  if (text !== 'now' && (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(date.getTime()))) {
    throw new InvalidArgumentError('Pass now, or a date such as 2026-01-31T12:00:00Z.')
  }
  return date
}
