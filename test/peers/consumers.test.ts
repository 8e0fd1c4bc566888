import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { StartedConsumer } from '../support/consumers/consumer.ts'
import { CONSUMERS, type ConsumerName } from '../support/consumers/index.ts'
import { ROWS, type Row, type Written } from '../support/consumers/rows.ts'
import { rejection } from '../support/errors.ts'

// Images of a real registry are written into tars, and the tools of the trade take the tars.

const MINUTES = 60_000
const folder = mkdtempSync(join(tmpdir(), 'consumers-'))
const written = new Map<Row, Written>()

beforeAll(async () => {
  for (const row of ROWS) written.set(row, await row.write(folder))
}, 2 * MINUTES)
afterAll(() => rmSync(folder, { recursive: true }))

for (const [name, consumer] of Object.entries(CONSUMERS)) {
  describe(consumer.title, () => {
    const programs = (consumer.programs ?? []).map((program) => [program, inject('goPrograms')[program]] as const)
    const absence = consumer.absence?.() ?? programs.find(([, { absence }]) => absence !== undefined)?.[1].absence
    if (absence !== undefined) return it.skip(`is not tried, as ${absence}`, () => {})
    let started: StartedConsumer
    beforeAll(async () => {
      started = await consumer.start(Object.fromEntries(programs.map(([program, { path = '' }]) => [program, path])))
    }, MINUTES)
    afterAll(() => started?.stop())

    for (const row of ROWS) {
      const refusal = row.refused?.[name as ConsumerName]
      const isDropped = row.dropped?.includes(name as ConsumerName)
      it(`${refusal ? 'does not take' : isDropped ? 'drops' : 'takes'} ${row.what}`, async () => {
        const { path, images } = written.get(row) as Written
        const names = images.flatMap(({ name }) => name ?? [])
        const taking = started.take({ path, names, digest: images[0]?.digest ?? '' })
        if (refusal) return void (await rejection(taking, Error, refusal))
        const keepsManifest = !consumer.makesManifest && !row.hasNoManifest
        const { show = (name) => name } = consumer
        // A tool shows a part of it.
        const told = (await taking).map(({ digest, ...rest }) => ({
          ...rest,
          ...(keepsManifest && digest && { digest }),
        }))
        const expected = images.map((image) => ({ ...image, name: image.name && show(image.name) }))
        expect(byName(told).map(({ name }) => name)).toEqual(isDropped ? [] : byName(expected).map(({ name }) => name))
        for (const [position, image] of byName(told).entries()) expect(byName(expected)[position]).toMatchObject(image)
      })
    }
  })
}

function byName<T extends { readonly name: string | undefined }>(images: readonly T[]): readonly T[] {
  return images.toSorted((one, other) => ((one.name ?? '') < (other.name ?? '') ? -1 : 1))
}
