/**
 * Tells whether bytes begin with a magic, a character a byte; `?` stands for any byte.
 *
 * @param head The first bytes of a file.
 */
export function startsWith(head: ArrayLike<number>, magic: string): boolean {
  return Array.from(magic).every((character, index) => character === '?' || head[index] === character.charCodeAt(0))
}
