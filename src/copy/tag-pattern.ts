/**
 * Tells whether a text matches a pattern, in which `*` stands for any text and `?` for one character. A text of n
 * characters takes at most n steps for each `*`.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let [at, position] = [0, 0]
  /** Behind the last `*`, and where the text that it stands for ends. */
  let [star, end] = [-1, 0]
  while (at < text.length) {
    if (pattern[position] === '*') {
      star = ++position
      end = at
    } else if (position < pattern.length && (pattern[position] === '?' || pattern[position] === text[at])) {
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
