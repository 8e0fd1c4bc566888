import { createHash } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { openArchive, openFile } from 'registry-api-v2-client/node'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { tarHeader } from '../tar.js'

// What it costs to find out what an archive of many files holds.

const ENTRIES = 50_000

/** @type {readonly import('./index.js').Case[]} */
export const ENTRIES_CASES = [
  entriesCase('index', '50,000 entries of 700 bytes', 700),
  entriesCase('index-sparse', '50,000 entries of 100 kB', 100_000),
]

/**
 * @param {string} name
 * @param {string} title
 * @param {number} size Of each entry, in bytes.
 * @returns {import('./index.js').Case}
 */
function entriesCase(name, title, size) {
  return {
    name,
    title,
    async run({ folder, scale, rounds, say }) {
      const path = await bringHollow(folder, Math.ceil(ENTRIES * scale), size)
      const samples = []
      let counts = { reads: 0, bytesRead: 0 }
      let bytes = 0
      // One more, which warms up.
      for (let round = 0; round <= rounds; round++) {
        const file = await openFile(path)
        bytes = file.size
        const counted = { reads: 0, bytesRead: 0 }
        const input = {
          size: file.size,
          /** @type {typeof file.read} */
          read(start, end, signal) {
            counted.reads++
            counted.bytesRead += end - start
            return file.read(start, end, signal)
          },
        }
        const start = performance.now()
        const archive = await openArchive(input)
        const seconds = (performance.now() - start) / 1000
        await archive.close()
        await file.close()
        counts = counted
        if (round === 0) continue
        say(`round ${round}: ${(seconds * 1000).toFixed(0)} ms`)
        samples.push({ seconds })
      }
      return { title, bytes, contenders: { sdk: { title: 'this package', samples, counts } } }
    },
  }
}

/**
 * Makes an archive whose files are holes, so large on the disk as its headers, with a real image behind them.
 *
 * @param {string} folder
 * @param {number} count
 * @param {number} size
 */
async function bringHollow(folder, count, size) {
  const image = await createTestArchive()
  const key = createHash('sha256').update(image).digest('hex').slice(0, 16)
  const path = join(folder, `hollow-${count}-${size}-${key}.tar`)
  if (existsSync(path)) return path
  const file = await open(`${path}.part`, 'w')
  let position = 0
  for (let index = 0; index < count; index++) {
    await file.write(tarHeader(`data/${index}`, size), 0, 512, position)
    position += 512 + Math.ceil(size / 512) * 512
  }
  await file.write(image, 0, image.length, position)
  await file.close()
  renameSync(`${path}.part`, path)
  return path
}
