import { expect, it } from 'vitest'
import { openArchive } from '../../src/index.ts'
import { createLayout } from '../support/layout.ts'
import { rawHeader } from '../support/tar.ts'

const MIB = 2 ** 20
const SIZE = 600 * MIB

it('openArchive() spools a stream that is larger than what a page keeps in its memory', async () => {
  const layout = createLayout()
  layout.list({ ...(await layout.addImage()) })
  const piece = new Uint8Array(MIB)
  let sent = 0
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(rawHeader({ name: 'large', size: SIZE })),
    pull(controller) {
      if (sent < SIZE) controller.enqueue(piece)
      else {
        controller.enqueue(layout.tar())
        controller.close()
      }
      sent += MIB
    },
  })
  const spooled: number[] = []
  const archive = await openArchive(stream, { onOpenProgress: ({ doneBytes }) => spooled.push(doneBytes) })
  expect(spooled.at(-1)).toBe(512 + SIZE + layout.tar().length)
  const [layer] = archive.images[0]?.layers ?? []
  expect((await layer?.source?.read(0, 512))?.length).toBe(512)
  await archive.close()
})
