import { TarReadError } from '../errors.ts'
import { MAX_PATH, type TarHeader } from '../tar/header.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import type { FileEntry } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'

/** An entry of a tar, and where its data begin. */
interface UnclearEntry extends Pick<FileEntry, 'path' | 'target'> {
  readonly start: number
  readonly size: number
}

/** Says why readers differ in what an entry of a tar is, or where. */
export function explainUnclear({ path, target, start: offset, size }: UnclearEntry, { type }: TarHeader): TarReadError {
  if (Math.max(path.length, target.length) > MAX_PATH) {
    const fault = `the entry at byte ${offset} has a name or link target of more than ${MAX_PATH} characters`
    return unsafe(fault, { offset })
  }
  const name = JSON.stringify(path)
  const fault = path.split('/').includes('..')
    ? `the name ${name} goes back a folder; readers would differ in where to`
    : `${name} is of a kind that archives of images do not have (type "${type}", ${size} bytes)`
  return unsafe(fault, { path, offset })
}

/** Says that a global header is about the place or the size of all entries. */
export function unsafeHeader(offset: number): TarReadError {
  return unsafe(`the global header at byte ${offset} names or measures all entries at once`, { offset })
}

/** Says that the extended headers before an entry are too large. */
export function tooLargeHeader(size: number, offset: number, { extendedHeaderSize }: ArchiveLimits): TarReadError {
  const fault = `the extended headers of the entry at byte ${offset} have ${size} bytes, more than ${extendedHeaderSize}`
  return overLimit(fault, 'extendedHeaderSize', offset)
}

/** Says that a tar has too many entries. */
export function tooManyEntries(offset: number, { entries }: ArchiveLimits): TarReadError {
  return overLimit(`it has more than ${entries} entries`, 'entries', offset)
}

function overLimit(fault: string, limit: keyof ArchiveLimits, offset: number): TarReadError {
  return new TarReadError('LIMIT_EXCEEDED', `Cannot index tar: ${fault}`, { remedy: raiseLimit(limit), offset })
}

function unsafe(fault: string, place: { readonly path?: string; readonly offset: number }): TarReadError {
  return new TarReadError('ARCHIVE_UNSAFE', `Cannot index tar: ${fault}`, place)
}
