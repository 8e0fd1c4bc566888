import fc from 'fast-check'
import { concat, withChecksum } from './tar.ts'

/** A change of bytes. Places are given as numbers of any size, and count from the start again where the bytes are fewer. */
export type ByteMutation =
  | { readonly act: 'flip'; readonly at: number; readonly bit: number }
  | { readonly act: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly act: 'overwrite'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly act: 'delete'; readonly at: number; readonly length: number }
  | { readonly act: 'cut'; readonly at: number }
  | { readonly act: 'repeat-block'; readonly block: number; readonly before: number }
  | { readonly act: 'header-field'; readonly block: number; readonly field: number; readonly bytes: Uint8Array }

const BLOCK = 512
/** Where the fields of a header that are read start: name, size, checksum, type, link, magic, version, prefix. */
const FIELDS = [0, 124, 148, 156, 157, 257, 263, 345]
const at = fc.nat({ max: 2 ** 20 })
const block = fc.nat({ max: 40 })
const someBytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength })

/** What a header's fields may say, true or not. */
const fieldBytes = fc.oneof(
  fc
    .constantFrom(
      ...['0', '1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', 'S', 'M', 'V', 'D', 'X', '\0', 'A', '\xff'],
      ...['00000000000\0', '00000000001\0', '00000001000\0', '77777777777\0', '7777777777777', '-0000000001\0'],
      ...['           0', ' 1 ', '\x80\0\0\0\0\0\0\0\0\0\0\x05', '\x80\0\0\0\0\x7f\xff\xff\xff\xff\xff\xff'],
      ...['\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', 'ustar\0', 'ustar  \0', '../', '/', '\0', 'a/b\0'],
    )
    .map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0))),
  someBytes(12),
)

/** Any change of bytes; those that leave headers right go deeper than those that do not. */
const byteMutation: fc.Arbitrary<ByteMutation> = fc.oneof(
  fc.record({ act: fc.constant('flip' as const), at, bit: fc.nat({ max: 7 }) }),
  fc.record({ act: fc.constant('insert' as const), at, bytes: someBytes(600) }),
  fc.record({ act: fc.constant('overwrite' as const), at, bytes: someBytes(40) }),
  fc.record({ act: fc.constant('delete' as const), at, length: fc.constantFrom(1, 3, 511, 512, 513, 1024) }),
  fc.record({ act: fc.constant('cut' as const), at }),
  fc.record({ act: fc.constant('repeat-block' as const), block, before: block }),
  {
    arbitrary: fc.record({
      act: fc.constant('header-field' as const),
      block,
      field: fc.nat({ max: FIELDS.length - 1 }),
      bytes: fieldBytes,
    }),
    weight: 6,
  },
)

/** None most often, so that what is whole is tried too. */
export const byteMutations = fc.oneof(fc.constant([]), fc.array(byteMutation, { maxLength: 4 }))

export function mutateBytes(bytes: Uint8Array, mutations: readonly ByteMutation[]): Uint8Array<ArrayBuffer> {
  return mutations.reduce(mutateOnce, Uint8Array.from(bytes))
}

function mutateOnce(bytes: Uint8Array<ArrayBuffer>, mutation: ByteMutation): Uint8Array<ArrayBuffer> {
  switch (mutation.act) {
    case 'flip':
      return overwrite(bytes, mutation.at, (byte) => byte ^ (1 << mutation.bit))
    case 'insert':
      return splice(bytes, mutation.at, 0, mutation.bytes)
    case 'overwrite':
      return splice(bytes, mutation.at, mutation.bytes.length, mutation.bytes)
    case 'delete':
      return splice(bytes, mutation.at, mutation.length, new Uint8Array(0))
    case 'cut':
      return bytes.slice(0, mutation.at % (bytes.length + 1))
    case 'repeat-block': {
      const start = blockStart(bytes, mutation.block)
      return splice(bytes, blockStart(bytes, mutation.before), 0, bytes.slice(start, start + BLOCK))
    }
    case 'header-field':
      return changeHeader(bytes, mutation.block, mutation.field, mutation.bytes)
  }
}

function overwrite(bytes: Uint8Array<ArrayBuffer>, at: number, change: (byte: number) => number) {
  const position = at % Math.max(bytes.length, 1)
  return bytes.map((byte, index) => (index === position ? change(byte) : byte))
}

function splice(bytes: Uint8Array<ArrayBuffer>, at: number, length: number, added: Uint8Array) {
  const position = at % (bytes.length + 1)
  return concat([bytes.subarray(0, position), added, bytes.subarray(position + length)])
}

function blockStart(bytes: Uint8Array, block: number): number {
  return (block % Math.max(Math.floor(bytes.length / BLOCK), 1)) * BLOCK
}

/** Blocks are counted among those that are no data, as far as that can be told. */
function changeHeader(bytes: Uint8Array<ArrayBuffer>, block: number, field: number, value: Uint8Array) {
  const headers: number[] = []
  for (let start = 0; start + BLOCK <= bytes.length; start += BLOCK) {
    if (bytes[start + 257] === 0x75 || bytes[start + 154] === 0) headers.push(start)
  }
  const start = headers[block % Math.max(headers.length, 1)]
  if (start === undefined) return bytes
  const header = bytes.slice(start, start + BLOCK)
  header.set(value, FIELDS[field] ?? 0)
  const isChecksum = FIELDS[field] === 148
  return splice(bytes, start, BLOCK, isChecksum ? header : withChecksum(header))
}
