import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'archives-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0

/** Writes an archive to a file of its own, which goes away with the suite. */
export async function asPath(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${count++}.tar`)
  await writeFile(path, bytes)
  return path
}
