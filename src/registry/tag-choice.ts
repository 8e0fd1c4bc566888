import { text as asText, show } from '../check-options.ts'
import { parseTag } from '../oci/reference.ts'

/** Chooses tags: a pattern with `*` and `?`, a regular expression, a list, or a function. Tags have no `*` or `?`. */
export type TagChoice = string | RegExp | readonly string[] | ((tag: string) => boolean)

/**
 * Makes a function that tells whether a tag is chosen. A list may have tags and patterns.
 *
 * @param name The option, for the message.
 * @throws {TypeError} if it has another type. The function that it makes throws one if a function chooses by a promise:
 *   that would choose all tags.
 * @throws {ValidationError} if a list has a text that is neither a tag nor a pattern
 */
export function chooserOf(name: string, choice: TagChoice): (tag: string) => boolean {
  if (typeof choice === 'function') return (tag) => settled(name, choice(tag))
  if (choice instanceof RegExp) return (tag) => tag.search(choice) >= 0
  if (typeof choice === 'string') return (tag) => matchesPattern(tag, choice)
  if (Array.isArray(choice)) {
    const patterns = choice.filter(isPattern)
    const tags = new Set(choice.filter((one) => !isPattern(one)).map(parseTag))
    return (tag) => tags.has(tag) || patterns.some((pattern) => matchesPattern(tag, pattern))
  }
  throw new TypeError(`Cannot use ${name}: it has to be a pattern, a list or a function, not ${show(choice)}`)
}

function isPattern(text: string): boolean {
  return typeof text === 'string' && /[*?]/.test(text)
}

function settled(name: string, isChosen: unknown): boolean {
  if (!(isChosen instanceof Promise)) return Boolean(isChosen)
  isChosen.catch(() => undefined)
  throw new TypeError(`Cannot use ${name}: its function gives a promise, and has to give true or false`)
}

/**
 * Tells whether a name matches a pattern, as `listTagDetails` takes them: `*` stands for any text, also none, and `?`
 * for one character. A name of n characters takes at most n steps for each `*`.
 *
 * @param name The name of a tag or a repository.
 * @param pattern The pattern. Without `*` and `?` it matches only itself.
 * @returns true if the whole name matches.
 * @throws {TypeError} if `name` or `pattern` is not a string.
 * @example
 * ```ts
 * import { matchesPattern } from 'registry-api-v2-client'
 *
 * console.log(matchesPattern('team/app', 'team/*')) // true
 * ```
 */
export function matchesPattern(name: string, pattern: string): boolean {
  asText('name', name, 'the name of a tag or a repository')
  asText('pattern', pattern, 'a pattern such as "v1.*"')
  let [at, position] = [0, 0]
  /** Behind the last `*`, and where the text that it stands for ends. */
  let [star, end] = [-1, 0]
  while (at < name.length) {
    if (pattern[position] === '*') {
      star = ++position
      end = at
    } else if (position < pattern.length && (pattern[position] === '?' || pattern[position] === name[at])) {
      position++
      at++
    } else if (star >= 0) {
      position = star
      at = ++end
    } else return false
  }
  while (pattern[position] === '*') position++
  return position === pattern.length
}
