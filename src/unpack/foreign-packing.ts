import { TarReadError } from '../errors.ts'
import { startsWith } from './magic.ts'

/** An unsupported packing format, and the command that unpacks it. */
interface ForeignPacking {
  readonly name: string
  readonly command: string
}

const FOREIGN: ReadonlyArray<readonly [magic: string, name: string, command: string]> = [
  ['\xfd7zXZ\0', 'xz', 'xz -d'],
  // The fourth byte is a size. A block, or the end of an empty file, follows it.
  ['BZh?1A', 'bzip2', 'bzip2 -d'],
  ['BZh?\x17r', 'bzip2', 'bzip2 -d'],
  ['\x04"M\x18', 'lz4', 'lz4 -d'],
  ['LZIP\x01', 'lzip', 'lzip -d'],
  ['\x1f\x9d', 'compress', 'gzip -d'],
  ['7z\xbc\xaf\x27\x1c', '7-Zip', '7z x'],
  ['Rar!\x1a\x07', 'RAR', 'unrar x'],
]

/**
 * Detects the packing of a file or layer, if the format is known but not supported.
 *
 * @param head The first bytes, as `readHead` returns them.
 */
export function foreignPackingOf(head: Uint8Array): ForeignPacking | undefined {
  const match = FOREIGN.find(([magic]) => startsWith(head, magic))
  return match && { name: match[1], command: match[2] }
}

/** Creates the error for an archive in an unsupported format. */
export function packedWith({ name, command }: ForeignPacking): TarReadError {
  return new TarReadError('NOT_SUPPORTED', `Cannot unpack the archive: it is packed with ${name}`, {
    remedy: `unpack it first ("${command} FILE")`,
  })
}
