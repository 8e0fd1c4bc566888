// JSON that takes far more memory or time than its bytes. Each shape is one value of about `size` bytes, in UTF-8.

const VALUES = 490_000

/**
 * Repeats an item in a list.
 *
 * @param {(index: number) => string} item
 * @param {number} [most] Items.
 * @returns {(size: number) => string}
 */
function listOf(item, most = Number.POSITIVE_INFINITY) {
  return (size) => {
    const items = []
    for (let [at, index] = [0, 0]; at < size && index < most; index++) {
      const text = item(index)
      items.push(text)
      at += Buffer.byteLength(text) + 1
    }
    return `[${items.join(',')}]`
  }
}

/** @type {Readonly<Record<string, (size: number) => string>>} */
export const SHAPES = {
  'empty objects': listOf(() => '{}'),
  'empty objects, as many as are allowed': listOf(() => '{}', VALUES / 2),
  'objects with a key each': listOf((index) => `{"key ${index}":1}`, VALUES / 4),
  'objects with ten keys each': listOf(
    (index) => `{${'0123456789'.replace(/./g, (digit) => `,"${digit} ${index}":1`).slice(1)}}`,
    VALUES / 31,
  ),
  'keys of one object': (size) =>
    `{${listOf((index) => `"key ${index} ${'k'.repeat((3 * size) / VALUES - 16)}":1`, VALUES / 3)(size).slice(1, -1)}}`,
  numbers: listOf((index) => `${index}.12345678`, VALUES),
  'deep lists': (size) => `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`,
  'lists 400 deep': listOf(() => `${'['.repeat(400)}${']'.repeat(400)}`, VALUES / 401),
  'a long text': (size) => `"${'a'.repeat(size)}"`,
  'a long text with a character of two bytes': (size) => `"${'a'.repeat(size - 3)}한"`,
  'a long text of é': (size) => `"${'é'.repeat(size / 2)}"`,
  'a long text of 한': (size) => `"${'한'.repeat(size / 3)}"`,
  'a long text of escapes': (size) => `"${'\\ud55c'.repeat(size / 6)}"`,
  'a long text of line breaks': (size) => `"${'\\n'.repeat(size / 2)}"`,
  'a long key': (size) => `{"${'k'.repeat(size - 4)}한":1}`,
  'short texts': listOf((index) => `"${index} 한"`, VALUES),
}
