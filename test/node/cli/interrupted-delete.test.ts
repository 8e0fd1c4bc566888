import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { serveSlowLink } from '../../../scripts/slow-link.js'
import { createImage, getManifest, listTags, pushImage } from '../../../src/node/index.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'

const registry = inject('registryUrl')
const REPOSITORY = 'cli/interrupted-delete'
const TAGS = Array.from({ length: 40 }, (_, index) => `pr-${index}`)
const folder = mkdtempSync(join(tmpdir(), 'interrupted-delete-'))
let link: Awaited<ReturnType<typeof serveSlowLink>>

/** The tags with their digests. */
async function state(): Promise<readonly string[]> {
  const tags = await listTags(registry, REPOSITORY)
  const digests = tags.map(async (tag) => `${tag}@${(await getManifest(registry, REPOSITORY, tag)).digest}`)
  return (await Promise.all(digests)).toSorted()
}

// On this link, the deletes take about a second.
beforeAll(async () => {
  link = await serveSlowLink(registry, { roundTrip: 40, bitsPerSecond: 1_000_000_000 })
  for (const tag of [...TAGS, 'latest']) {
    await pushImage(await createImage({ files: { tag }, config: { cmd: [tag] } }), registry, REPOSITORY, tag)
  }
})
afterAll(async () => {
  await link.stop()
  rmSync(folder, { recursive: true })
})

describe('registry-client delete, when it is interrupted', () => {
  it('says how much is done, and leaves an undo that puts all back', async () => {
    const before = await state()
    const name = `${new URL(link.url).host}/${REPOSITORY}`
    const undo = join(folder, 'undo.json')
    const images = TAGS.map((tag) => `${name}:${tag}`)
    const { code, screen } = await runInTerminal(['delete', ...images, '--yes', '--undo', undo], {
      columns: 160,
      keys: [{ after: 'deleting ', press: '\x03' }],
    })
    expect(code).toBe(130)
    const [, done] = /\nerror: Interrupted\n {2}(\d+) of 40 deletes were done; others may /.exec(screen) ?? []
    expect(screen).toContain(`registry-client undo ${undo} restores what was deleted.`)
    const gone = before.length - (await state()).length
    expect(gone).toBeGreaterThan(0)
    expect(gone).toBeLessThan(TAGS.length)
    expect(Number(done)).toBeLessThanOrEqual(gone)

    expect(await runCommand(['undo', undo])).toMatchObject({ code: 0 })
    expect(await state()).toEqual(before)
  })
})
