/**
 * A zip of packed files, without checksums.
 *
 * @param {ReadonlyArray<readonly [name: string, packed: Buffer, size: number]>} files Packed by deflate; their sizes in bytes when unpacked.
 */
export function zip(files) {
  const parts = []
  const directory = []
  let offset = 0
  for (const [name, packed, size] of files) {
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(size, 22)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    local.copy(central, 6, 4, 28)
    central.writeUInt32LE(offset, 42)
    parts.push(local, Buffer.from(name), packed)
    offset += 30 + name.length + packed.length
    directory.push(central, Buffer.from(name))
  }
  const start = parts.reduce((sum, { length }) => sum + length, 0)
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(start, 16)
  return Buffer.concat([...parts, entries, end])
}
