import fc from 'fast-check'
import { type ByteMutation, byteMutations, mutateBytes } from './byte-mutation.ts'
import { concat, rawHeader, withChecksum } from './tar.ts'

/** An extended header: its records if it is one of pax, else its text. */
interface ExtendedModel {
  readonly type: 'x' | 'g' | 'L' | 'K'
  readonly records: ReadonlyArray<readonly [key: string, value: Uint8Array]>
  readonly text: Uint8Array
  readonly damage: readonly ByteMutation[]
}

interface EntryModel {
  readonly extended: readonly ExtendedModel[]
  readonly form: 'v7' | 'ustar' | 'gnu'
  readonly name: Uint8Array
  readonly prefix: Uint8Array
  readonly type: number
  readonly link: Uint8Array
  readonly data: Uint8Array
  /** What the size field says, where that is not the size. */
  readonly sizeField: Uint8Array | undefined
  readonly isBinarySize: boolean
  readonly isFollowedByZeros: boolean
}

/** A tar as what it is made of, which is shorter to read than its bytes when a property fails. */
export interface TarModel {
  readonly entries: readonly EntryModel[]
  /** How many blocks of zeros end it. */
  readonly endBlocks: number
  readonly mutations: readonly ByteMutation[]
}

const BLOCK = 512
const MAGIC = { v7: '\0\0\0\0\0\0\0\0', ustar: 'ustar\x0000', gnu: 'ustar  \0' } as const
const encode = (text: string) => new TextEncoder().encode(text)

/** Often the same few, so that entries meet. */
const path = fc.oneof(
  {
    arbitrary: fc
      .constantFrom(
        ...['a', 'b', 'a/b', './a', 'a//b', 'a/', 'a/.', '/a', '', '.', '..', '../a', 'b/../a', 'manifest.json'],
        ...['\uFEFFa', 'ä', 'a\nb', 'a\\b', 'x=y', 'index.json', 'oci-layout', 'folder/manifest.json'],
        ...['l'.repeat(99), 'l'.repeat(100), 'l/'.repeat(50), 'l'.repeat(300)],
      )
      .map(encode),
    weight: 4,
  },
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(encode),
  fc.uint8Array({ maxLength: 12 }),
)

const record = fc.oneof(
  {
    arbitrary: fc.tuple(fc.constantFrom('path', 'linkpath', '\uFEFFpath'), path),
    weight: 3,
  },
  fc.tuple(
    fc.constant('size'),
    fc.constantFrom('0', '1', '3', '512', '513', '-1', '', '007', '+1', '1e3', '99999999999999999999').map(encode),
  ),
  fc.tuple(
    fc.constantFrom('mtime', 'comment', 'uname', 'SCHILY.xattr.a=b', 'LIBARCHIVE.x', 'GNU.sparse.major', 'hdrcharset'),
    fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constantFrom('1.5', 'a=b', 'BINARY', '').map(encode)),
  ),
)

/** Whole ones, of which two together show what a reader makes of several. */
const wholeExtended: fc.Arbitrary<ExtendedModel> = fc
  .constantFrom(
    ...([
      ['x', 'path', 'of-pax'],
      ['x', 'path', 'nul\0nul'],
      ['x', 'linkpath', 'of-pax'],
      ['x', 'comment', 'c'],
      ['x', 'size', '0'],
      ['x', 'size', '513'],
      ['g', 'comment', 'c'],
      ['L', '', 'long\0'],
      ['L', '', 'without-its-end'],
      ['K', '', 'target\0'],
    ] as const),
  )
  .map(([type, key, value]) => ({ type, records: [[key, encode(value)]], text: encode(value), damage: [] }))

const extended: fc.Arbitrary<ExtendedModel> = fc.record({
  type: fc.constantFrom('x', 'x', 'L', 'K', 'g'),
  records: fc.array(record, { maxLength: 3 }),
  text: fc.oneof(
    path.map((bytes) => concat([bytes, Uint8Array.of(0)])),
    path,
  ),
  damage: fc.oneof({ arbitrary: fc.constant([]), weight: 9 }, byteMutations),
})

const entry: fc.Arbitrary<EntryModel> = fc.record({
  extended: fc.oneof(
    { arbitrary: fc.constant([]), weight: 6 },
    { arbitrary: fc.array(extended, { maxLength: 3 }), weight: 3 },
    { arbitrary: fc.array(wholeExtended, { minLength: 1, maxLength: 2 }), weight: 3 },
  ),
  form: fc.constantFrom('v7', 'ustar', 'ustar', 'gnu'),
  name: path,
  prefix: fc.oneof({ arbitrary: fc.constant(new Uint8Array(0)), weight: 5 }, path),
  type: fc.oneof(
    { arbitrary: fc.constantFrom(...'0000015').map((type) => type.charCodeAt(0)), weight: 6 },
    fc.constantFrom(...'\x002234567SMXVDNQ').map((type) => type.charCodeAt(0)),
    fc.nat({ max: 255 }),
  ),
  link: path,
  data: fc.oneof(
    { arbitrary: fc.constant(new Uint8Array(0)), weight: 3 },
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom(511, 512, 513, 1024).map((length) => new Uint8Array(length).fill(0x61)),
    // What looks like an entry in the data of another one.
    fc.constantFrom('a', 'hidden').map((name) => rawHeader({ name })),
  ),
  sizeField: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 12 },
    fc.uint8Array({ minLength: 12, maxLength: 12 }),
  ),
  isBinarySize: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, fc.boolean()),
  isFollowedByZeros: fc.nat({ max: 30 }).map((number) => number === 30),
})

/** Tars of every kind of header, whole and damaged. */
export const tarModel: fc.Arbitrary<TarModel> = fc.record({
  entries: fc.array(entry, { maxLength: 6 }),
  endBlocks: fc.constantFrom(2, 2, 2, 0, 1, 18),
  mutations: byteMutations,
})

export function buildTar({ entries, endBlocks, mutations }: TarModel): Uint8Array<ArrayBuffer> {
  return mutateBytes(concat([...entries.flatMap(entryBlocks), new Uint8Array(endBlocks * BLOCK)]), mutations)
}

function entryBlocks(model: EntryModel): readonly Uint8Array[] {
  const { data, type, sizeField, isBinarySize } = model
  const header = rawHeader({ name: '', size: data.length })
  header.set(model.name.subarray(0, 100), 0)
  if (isBinarySize) header.set(binarySize(data.length), 124)
  if (sizeField) header.set(sizeField, 124)
  header[156] = type
  header.set(model.link.subarray(0, 100), 157)
  header.set(encode(MAGIC[model.form]), 257)
  header.set(model.prefix.subarray(0, 155), 345)
  const zeros = new Uint8Array(model.isFollowedByZeros ? BLOCK : 0)
  return [...model.extended.flatMap(extendedBlocks), withChecksum(header), padded(data), zeros]
}

function extendedBlocks({ type, records, text, damage }: ExtendedModel): readonly Uint8Array[] {
  const data = type === 'x' || type === 'g' ? concat(records.map(binaryRecord)) : text
  const damaged = mutateBytes(data, damage)
  return [rawHeader({ name: '././@Extended', type, size: damaged.length }), padded(damaged)]
}

/** A record of a pax header whose value may be no text. */
function binaryRecord([key, value]: readonly [key: string, value: Uint8Array]): Uint8Array {
  const rest = concat([encode(` ${key}=`), value, encode('\n')])
  const digits = String(rest.length + String(rest.length).length).length
  return concat([encode(String(rest.length + digits)), rest])
}

function binarySize(size: number): Uint8Array {
  return Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, size >> 8, size & 0xff)
}

function padded(data: Uint8Array): Uint8Array {
  return concat([data, new Uint8Array((BLOCK - (data.length % BLOCK)) % BLOCK)])
}
