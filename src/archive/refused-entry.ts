import { TarReadError } from '../errors.ts'
import type { TarEntry } from '../tar/entries.ts'
import { MAX_PATH } from '../tar/header.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import type { ArchiveLimits } from './limits.ts'

/**
 * Says why an entry of a tar is refused: there are too many, or readers differ in what it is, or where.
 *
 * @param count How many entries were read, with this one.
 */
export function refusedEntry(entry: TarEntry, count: number, { entries }: ArchiveLimits): TarReadError {
  const { path, target, header, start: offset } = entry
  if (count > entries) {
    const fault = `Cannot index tar: it has more than ${entries} entries`
    return new TarReadError('LIMIT_EXCEEDED', fault, { remedy: raiseLimit('entries'), offset })
  }
  if (Math.max(path.length, target.length) > MAX_PATH) {
    const fault = `the entry at byte ${offset} has a name or link target of more than ${MAX_PATH} characters`
    return unsafe(fault, { offset })
  }
  if (entry.pax?.isSparse) {
    const fault = `the extended header at byte ${entry.pax.offset} describes a sparse file, which no archive of images has`
    return unsafe(fault, { path, offset })
  }
  const name = JSON.stringify(path)
  const fault = path.split('/').includes('..')
    ? `the name ${name} goes back a folder; readers would differ in where to`
    : `${name} is of a kind that archives of images do not have (type "${header.type}", ${entry.size} bytes)`
  return unsafe(fault, { path, offset })
}

function unsafe(fault: string, place: { readonly path?: string; readonly offset: number }): TarReadError {
  return new TarReadError('ARCHIVE_UNSAFE', `Cannot index tar: ${fault}`, place)
}
