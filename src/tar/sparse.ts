import { BLOCK_SIZE, nextBlock } from './blocks.ts'
import type { TarBytes, TarEntry } from './entries.ts'
import { damaged, number } from './header.ts'

/** Where the data of a sparse file belong. Everything else of it is zeros. */
export interface SparseMap {
  /** The size of the file in bytes, with its holes. */
  readonly size: number
  /** The parts that have data, in order. */
  readonly parts: ReadonlyArray<{ readonly offset: number; readonly size: number }>
}

/** An entry whose data are the parts of a sparse file. */
interface SparseEntry extends TarEntry {
  readonly sparse: SparseMap
}

/** A larger map is refused. */
const MAX_PARTS = 100_000
const MAX_DIGITS = 16
/** In bytes: an offset and a size of GNU's sparse header, each in a number field. */
const [FIELD, PART] = [12, 24]

/**
 * Reads the map of a sparse file: GNU's own of the type `S`, or pax 0.0, 0.1 and 1.0 (GNU tar manual § Storing Sparse
 * Files).
 *
 * @throws {TarReadError} if the map is damaged or too large
 */
export async function readSparse(tar: TarBytes, entry: TarEntry): Promise<SparseEntry> {
  const { pax, start } = entry
  const records = new Map(pax?.others.map(([key, value]) => [key, new TextDecoder().decode(value)]))
  const read =
    entry.header.type === 'S'
      ? await readGnuMap(tar, entry)
      : records.get('GNU.sparse.major') === '1'
        ? await readMapInData(tar, entry, records.get('GNU.sparse.realsize'))
        : readMapInRecords(entry, records)
  const { dataStart, end, ...sparse } = read
  const size = entry.size - (end === entry.end ? dataStart - start : 0)
  verifyMap(sparse, size, start)
  return {
    ...entry,
    path: records.get('GNU.sparse.name') ?? entry.path,
    kind: 'file',
    start: dataStart,
    size,
    end,
    sparse,
  }
}

interface ReadMap extends SparseMap {
  readonly dataStart: number
  readonly end: number
}

/** The header has four parts, and further blocks may follow it. The size of the entry does not count them. */
async function readGnuMap(tar: TarBytes, { header: { block: head }, start, size: stored }: TarEntry): Promise<ReadMap> {
  const parts: { offset: number; size: number }[] = []
  const size = number(head, 483, FIELD, start)
  const collect = (block: Uint8Array, first: number, count: number) => {
    for (let at = first; at < first + count * PART && block[at] !== 0; at += PART) {
      parts.push({ offset: number(block, at, FIELD, start), size: number(block, at + FIELD, FIELD, start) })
    }
    if (parts.length > MAX_PARTS) throw faulty(start, `has more than ${MAX_PARTS} parts`)
  }
  collect(head, 386, 4)
  let dataStart = start
  for (let isExtended = head[482] === 1; isExtended; ) {
    const block = await tar.read(dataStart, dataStart + BLOCK_SIZE)
    dataStart += BLOCK_SIZE
    collect(block, 0, 21)
    isExtended = block[504] === 1
  }
  return { size, parts, dataStart, end: nextBlock(dataStart + stored) }
}

/** pax 1.0: decimal numbers, one a line, before the data: how many parts there are, and the offset and size of each. */
async function readMapInData(
  tar: TarBytes,
  { start, size, end }: TarEntry,
  realSize: string | undefined,
): Promise<ReadMap> {
  let text = ''
  let position = start
  const numbers: number[] = []
  while (numbers.length === 0 || numbers.length < 1 + 2 * (numbers[0] as number)) {
    const newline = text.indexOf('\n')
    if (newline < 0) {
      if (text.length > MAX_DIGITS) throw faulty(start, 'has a malformed number')
      if (position + BLOCK_SIZE > nextBlock(start + size)) throw faulty(start, 'is cut short')
      text += String.fromCharCode(...(await tar.read(position, position + BLOCK_SIZE)))
      position += BLOCK_SIZE
      continue
    }
    numbers.push(decimal(text.slice(0, newline), start))
    text = text.slice(newline + 1)
    if ((numbers[0] as number) > MAX_PARTS) throw faulty(start, `has more than ${MAX_PARTS} parts`)
  }
  return { size: decimal(realSize, start), parts: inPairs(numbers.slice(1)), dataStart: position, end }
}

/** pax 0.1 has the map in one record, and pax 0.0 has a record for each number. */
function readMapInRecords({ pax, start, end }: TarEntry, records: ReadonlyMap<string, string>): ReadMap {
  const map = records.get('GNU.sparse.map')
  const listed = (pax?.others ?? []).filter(([key]) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
  const numbers = map === undefined ? listed.map(([, value]) => new TextDecoder().decode(value)) : map.split(',')
  if (numbers.length > 2 * MAX_PARTS) throw faulty(start, `has more than ${MAX_PARTS} parts`)
  const size = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size')
  const parts = inPairs(numbers.filter((text) => text !== '').map((text) => decimal(text, start)))
  return { size: decimal(size, start), parts, dataStart: start, end }
}

function inPairs(numbers: readonly number[]): SparseMap['parts'] {
  const parts: { offset: number; size: number }[] = []
  for (let at = 0; at < numbers.length; at += 2) {
    parts.push({ offset: numbers[at] as number, size: numbers[at + 1] ?? Number.NaN })
  }
  return parts
}

function decimal(text: string | undefined, offset: number): number {
  const value = text !== undefined && /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw faulty(offset, 'has a malformed number')
}

/** The parts come in order, inside the file, and are as long as the data. */
function verifyMap({ size, parts }: SparseMap, stored: number, offset: number): void {
  let [end, sum] = [0, 0]
  for (const part of parts) {
    if (!(part.offset >= end && part.size >= 0)) throw faulty(offset, 'has parts that overlap')
    end = part.offset + part.size
    sum += part.size
  }
  if (end > size || sum !== stored) throw faulty(offset, 'does not fit the size of its file')
}

function faulty(offset: number, fault: string) {
  return damaged(`the sparse map at byte ${offset} ${fault}`, { offset })
}
