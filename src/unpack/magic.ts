/**
 * Tells whether bytes start with a magic. Each character is one byte; `?` matches any byte.
 *
 * @param head The first bytes of a file.
 */
export function startsWith(head: ArrayLike<number>, magic: string): boolean {
  return Array.from(magic).every((character, index) => character === '?' || head[index] === character.charCodeAt(0))
}
