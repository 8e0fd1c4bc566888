import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { createTestArchive } from '../../src/testing/index.ts'
import { asPath } from '../support/archive-path.ts'
import { multiPlatform } from '../support/producers.ts'

const quickstart = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/quickstart.js', ...words], { encoding: 'utf8', timeout: 30_000 })

describe('the quickstart', () => {
  it('pushes an archive that it makes, lists it, and prints its digest', () => {
    const { status, stdout } = quickstart()
    expect(stdout).toMatch(/team\/hello: v1\n/)
    expect(stdout).toMatch(/digest {4}sha256:[0-9a-f]{64}\n/)
    // The registry ends with the program: nobody can pull from it.
    expect(stdout).not.toContain('docker pull')
    expect(status).toBe(0)
  })

  it('pushes an archive of the user, under all its names', async () => {
    const archive = await createTestArchive({ images: [{ names: ['localhost:5000/mine:v1', 'other/mine:v2'] }] })
    const { status, stdout } = quickstart(await asPath(archive))
    expect(stdout).toMatch(/^mine:v1\n.*^other\/mine:v2\n/ms)
    expect(status).toBe(0)
  })

  it('pushes every platform of an image that has no name, by the name of its file', async () => {
    const { layout, index } = await multiPlatform()
    layout.list({ ...index })
    const { status, stdout } = quickstart(await asPath(layout.tar()))
    expect(stdout).toMatch(/platform {2}linux\/amd64, 1 layer,.*\n.*platform {2}linux\/arm64\/v8, 1 layer,/)
    expect(stdout).toMatch(/^\d+-tar:latest\n/m)
    expect(status).toBe(0)
  })

  it('says in one line what is wrong with a file', async () => {
    const { status, stderr } = quickstart(await asPath(new TextEncoder().encode('no archive'.repeat(100))))
    expect(stderr.trim()).toMatch(/^TarReadError: Cannot open the archive: .*$/)
    expect(status).toBe(1)
  })
})
