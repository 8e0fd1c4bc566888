import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll } from 'vitest'
import * as portable from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { asBytes, asFile, describeArchiveReading } from '../support/archive-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'archives-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
async function asPath(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${count++}.tar`)
  await writeFile(path, bytes)
  return path
}

describeArchiveReading('the portable entry, from bytes', portable, asBytes)
describeArchiveReading('the portable entry, from a File', portable, asFile)
describeArchiveReading('the Node entry, from a path', node, asPath)
describeArchiveReading('the Node entry, from a file: URL', node, async (bytes) => pathToFileURL(await asPath(bytes)))
