import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { saveArchive, saveLayout } from '../../src/node/index.ts'
import { folderState } from '../support/folder-state.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { readFault } from '../support/fuzzed-faults.ts'
import { createTally, isExact, SOURCE_IMAGE, schedules, UNDISTURBED } from '../support/pull-simulation.ts'
import { expectWholeTar } from '../support/whole-tar.ts'

// Images of a registry into files and folders, through random faults: whole and verified, or nothing is left.

// Loads what ./node loads on demand: loading keeps to no clock.
import.meta.glob(['../../src/node/save/*.ts'], { eager: true })

const root = mkdtempSync(join(tmpdir(), 'save-fuzz-'))
const tally = createTally()
let folders = 0

/** Makes a folder with a file that must stay. */
function newFolder(): string {
  const folder = join(root, String(folders++))
  mkdirSync(folder)
  writeFileSync(join(folder, 'other.txt'), 'other')
  return folder
}

describe('an image of any registry, through any faults,', () => {
  afterAll(() => {
    tally.print()
    rmSync(root, { recursive: true })
  })

  it('saveArchive() leaves a whole tar, or what was there before', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(schedules(readFault), fc.boolean(), async (given, isThere) => {
      const folder = newFolder()
      const path = join(folder, 'app.tar')
      if (isThere) writeFileSync(path, 'an older archive')
      const before = folderState(folder)
      const ended = await tally.simulate(given, async ({ open, signal }) =>
        saveArchive([await open()], path, { signal }),
      )
      const after = folderState(folder)
      if (ended.error) expect(after).toEqual(before)
      else {
        expect(Object.keys(after)).toEqual(['app.tar', 'other.txt'])
        const tar = readFileSync(path)
        expect(tar).toHaveLength(ended.value.size)
        expectWholeTar(tar)
      }
      rmSync(folder, { recursive: true })
    })
    await fc.assert(run, { ...shareOfRuns(0.02), timeout: CASE_TIMEOUT })
  })

  it('saveLayout() leaves whole blobs, and an index.json of what is whole', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(schedules(readFault), fc.boolean(), async (given, isThere) => {
      const folder = newFolder()
      const layout = join(folder, 'layout')
      if (isThere) {
        const one = { ...UNDISTURBED, choice: 'one' }
        await tally.simulate(one, async ({ open }) => saveLayout([await open()], layout))
      }
      const before = folderState(folder)
      const ended = await tally.simulate(given, async ({ open, signal }) =>
        saveLayout([await open()], layout, { signal }),
      )
      const { 'layout/index.json': index, 'layout/oci-layout': mark, ...after } = folderState(folder)
      const blobs = Object.entries(after).filter(([path]) => path.startsWith('layout/blobs/sha256/'))
      for (const [path, hex] of blobs) expect(path).toBe(`layout/blobs/sha256/${hex}`)
      expect(Object.keys(after).length).toBe(blobs.length + 1)
      if (ended.error) expect(index).toBe(before['layout/index.json'])
      else {
        const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'))
        for (const { digest } of manifests) expectWholeIn(layout, digest)
        if (given.choice === 'all' && isExact(given)) expect(digestsOf(manifests)).toContain(SOURCE_IMAGE.digest)
      }
      rmSync(folder, { recursive: true })
    })
    await fc.assert(run, { ...shareOfRuns(0.02), timeout: CASE_TIMEOUT })
    expect(tally.totals.whole).toBeGreaterThan(tally.totals.runs / 2)
    expect(tally.totals.errors).toBeGreaterThan(0)
  })
})

const digestsOf = (entries: ReadonlyArray<{ digest: string }>) => entries.map(({ digest }) => digest)

/** Expects all that a manifest names to be in a layout. */
function expectWholeIn(layout: string, digest: string): void {
  const read = (digest: string) => readFileSync(join(layout, 'blobs', digest.replace(':', '/')))
  const { manifests = [], config, layers = [] } = JSON.parse(read(digest).toString())
  for (const { digest, size } of [...layers, ...(config ? [config] : [])]) expect(read(digest)).toHaveLength(size)
  for (const { digest } of manifests) expectWholeIn(layout, digest)
}
