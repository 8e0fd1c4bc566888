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
  throw new InvalidArgumentError(`A JSON array may have only strings, as in '["node","index.js"]'.`)
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
