import type { ListedFile, ListedFileType } from '../../node/index.ts'

const TYPES: Readonly<Record<ListedFileType, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  whiteout: 'w',
  opaque: 'o',
  device: 'b',
  fifo: 'p',
  other: '?',
}
/** Below this number of columns, a line has no owner and no time. */
const NARROW = 72

/** Formats a file as `tar -tv` does: `-rw-r--r--  0/0  21  2026-01-01 00:00  etc/motd`. Times are in UTC. */
export function formatFile(file: ListedFile, columns: number | undefined): string {
  const { size, uid, gid, mtime, device } = file
  const amount = device ? `${device.major},${device.minor}` : String(size)
  const mode = modeOf(file)
  if (columns !== undefined && columns < NARROW) return `${mode} ${amount.padStart(9)} ${nameOf(file)}`
  return `${mode} ${`${uid}/${gid}`.padEnd(11)} ${amount.padStart(10)} ${timeOf(mtime)} ${nameOf(file)}`
}

function nameOf({ path, type, linkTarget }: ListedFile): string {
  if (type === 'symlink') return `${path} -> ${linkTarget}`
  if (type === 'hardlink') return `${path} link to ${linkTarget}`
  if (type === 'whiteout') return `${path} (removed)`
  if (type === 'opaque') return `${path}/ (emptied)`
  return type === 'directory' && path !== '.' ? `${path}/` : path
}

/** Writes the type and the permissions as `ls -l` does: `-rwsr-xr-x`. */
function modeOf({ type, mode, device }: ListedFile): string {
  const kind = device?.type === 'character' ? 'c' : TYPES[type]
  const special = [mode & 0o4000, mode & 0o2000, mode & 0o1000]
  const triples = special.map((isSpecial, index) => {
    const bits = mode >> (6 - 3 * index)
    const letter = index === 2 ? 't' : 's'
    const execute = isSpecial ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? 'x' : '-'
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${execute}`
  })
  return kind + triples.join('')
}

/** A time that no calendar has is written as it is. */
function timeOf(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000)
  const text = Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, -8).replace('T', ' ')
  return text.padEnd(16)
}
