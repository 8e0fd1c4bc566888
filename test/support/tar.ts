import { concat } from '../../src/source/stream.ts'

export { concat }

/** A tar entry made by hand, byte for byte, for what no tar writer would write. */
export interface RawEntry {
  readonly name: string
  readonly data?: string | Uint8Array
  /** @default `0`, a file */
  readonly type?: string
  readonly linkName?: string
  /** What the header says, where that differs from the data's length. */
  readonly size?: number
  /** A ready size field of 12 bytes. */
  readonly sizeField?: Uint8Array
  readonly prefix?: string
  /** Writes a wrong checksum. */
  readonly isDamaged?: boolean
}

const BLOCK = 512
const encoder = new TextEncoder()

/** Writes entries, and the end mark. */
export function rawTar(entries: readonly RawEntry[]): Uint8Array<ArrayBuffer> {
  return concat([...entries.map(rawEntry), new Uint8Array(2 * BLOCK)])
}

export function rawEntry(entry: RawEntry): Uint8Array<ArrayBuffer> {
  const data = bytesOf(entry.data ?? '')
  return concat([rawHeader(entry), data, new Uint8Array((BLOCK - (data.length % BLOCK)) % BLOCK)])
}

export function rawHeader(entry: RawEntry): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK)
  const put = (offset: number, text: string) => block.set(encoder.encode(text), offset)
  const size = entry.size ?? bytesOf(entry.data ?? '').length
  put(0, entry.name)
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  block.set(entry.sizeField ?? encoder.encode(`${size.toString(8).padStart(11, '0')}\0`), 124)
  put(136, '00000000000\0')
  put(156, entry.type ?? '0')
  put(157, entry.linkName ?? '')
  put(257, 'ustar\u000000')
  put(345, entry.prefix ?? '')
  return withChecksum(block, entry.isDamaged ? 1 : 0)
}

/** A header whose checksum is the right one, or off by as much as is said. */
export function withChecksum(header: Uint8Array, error = 0): Uint8Array<ArrayBuffer> {
  const block = Uint8Array.from(header)
  block.set(encoder.encode('        '), 148)
  const sum = block.reduce((total, byte) => total + byte, 0) + error
  block.set(encoder.encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  return block
}

/** A record of a pax header, its length counted. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = encoder.encode(rest).length
  const digits = String(bytes + String(bytes).length).length
  return `${bytes + digits}${rest}`
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? encoder.encode(data) : data
}
