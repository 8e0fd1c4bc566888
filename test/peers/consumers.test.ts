import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveArchive, saveLayout } from '../../src/node/index.ts'
import type { StartedConsumer } from '../support/consumers/consumer.ts'
import { CONSUMERS, type ConsumerName } from '../support/consumers/index.ts'
import { type Opened, ROWS, type Row } from '../support/consumers/rows.ts'
import { absenceOf, startConsumer } from '../support/consumers/started.ts'
import { rejection } from '../support/errors.ts'

// Images of a real registry are written into tars and folders, and the tools of the trade take them.

const MINUTES = 60_000
const folder = mkdtempSync(join(tmpdir(), 'consumers-'))
/** What tools have to find of each row. */
const found = new Map<Row, Opened['expected']>()
const pathOf = (row: Row, kind: 'tar' | 'folder') => join(folder, `${ROWS.indexOf(row)}-${kind}`)

beforeAll(async () => {
  for (const row of ROWS) {
    const { images, options, expected, close } = await row.open()
    const saved = await saveArchive(images, pathOf(row, 'tar'), { ...options, format: row.format })
    if (!row.format) await saveLayout(images, pathOf(row, 'folder'), options)
    await close?.()
    const remade = row.isRemade ? { digest: saved.images[0]?.digest ?? '' } : {}
    found.set(
      row,
      expected.map((image) => ({ ...image, ...remade })),
    )
  }
}, 2 * MINUTES)
afterAll(() => rmSync(folder, { recursive: true }))

for (const [name, consumer] of Object.entries(CONSUMERS)) {
  describe(consumer.title, () => {
    const absence = absenceOf(consumer)
    if (absence !== undefined) return it.skip(`is not tried, as ${absence}`, () => {})
    let started: StartedConsumer
    beforeAll(async () => {
      started = await startConsumer(consumer)
    }, MINUTES)
    afterAll(() => started?.stop())

    const { takes = 'tar', show = (name) => name } = consumer
    for (const row of ROWS.filter(({ format }) => takes === 'tar' || !format)) {
      const refusal = row.refused?.[name as ConsumerName]
      const isDropped = row.dropped?.includes(name as ConsumerName)
      it(`${refusal ? 'does not take' : isDropped ? 'drops' : 'takes'} ${row.what}`, async () => {
        const expected = found.get(row) ?? []
        const names = expected.flatMap(({ name }) => name ?? [])
        const taking = started.take({ path: pathOf(row, takes), names, digest: expected[0]?.digest ?? '' })
        if (refusal) return void (await rejection(taking, Error, refusal))
        const keepsManifest = !consumer.makesManifest && row.format !== 'docker'
        const taken = (await taking).map(({ digest, ...image }) => ({
          ...image,
          ...(keepsManifest && digest && { digest }),
        }))
        const shown = isDropped ? [] : expected.map((image) => ({ ...image, name: image.name && show(image.name) }))
        expect(taken.map(({ name }) => name).sort()).toEqual(shown.map(({ name }) => name).sort())
        // A tool tells a part of it.
        for (const image of taken) expect(shown.find(({ name }) => name === image.name)).toMatchObject(image)
      })
    }
  })
}
