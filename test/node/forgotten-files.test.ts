import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { openArchive, openFile } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'forgotten-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'image.tar')
writeFileSync(path, await createTestArchive())

/** Opens an archive a hundred times by a path and as a stream, forgets all, collects garbage, and counts the open files. */
const PROGRAM = `
import { createReadStream, readdirSync } from 'node:fs'
import { openArchive } from ${JSON.stringify(join(process.cwd(), 'dist/node/index.js'))}
const openFiles = () => readdirSync('/proc/self/fd').length
const path = process.argv[2]
const before = openFiles()
let held = []
for (let time = 0; time < 100; time++) held.push(await openArchive(path), await openArchive(createReadStream(path)))
const most = openFiles() - before
held = undefined
for (let turn = 0; turn < 20 && openFiles() > before + 5; turn++) {
  gc()
  await new Promise((resolve) => setTimeout(resolve, 50))
}
process.stdout.write(JSON.stringify({ most, left: openFiles() - before }))
`

describe('openArchive() by a path', () => {
  it.skipIf(process.platform !== 'linux')('does no harm when the archive is not closed', async () => {
    const program = join(folder, 'forget.mjs')
    writeFileSync(program, PROGRAM)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--expose-gc', program, path])
    const { most, left } = JSON.parse(stdout)
    expect(stderr).toBe('')
    expect(most).toBeGreaterThanOrEqual(200)
    expect(left).toBeLessThanOrEqual(5)
  })
})

describe('[Symbol.asyncDispose]()', () => {
  it('closes an archive, as close() does', async () => {
    const archive = await openArchive(path)
    await archive[Symbol.asyncDispose]()
    const source = archive.images[0]?.layers[0]?.source
    await expect(source?.read(0, 1)).rejects.toThrow(/closed/)
    await archive.close()
  })

  it('closes a file, after the reads under way', async () => {
    const file = await openFile(path)
    const reading = file.read(0, 512)
    await file[Symbol.asyncDispose]()
    expect(await reading).toHaveLength(512)
    await expect(file.read(0, 1)).rejects.toThrow(/the file is closed/)
  })
})
