import { describe, expect, it } from 'vitest'
import { withProgress } from '../../../src/element/worker/with-progress.ts'

interface Progress {
  readonly phase: 'upload' | 'done'
}

/** A controller of an act that has not begun: it tells nothing until it is left. */
function createSilent() {
  let leave = () => {}
  const left = new Promise<IteratorResult<Progress>>((resolve) => {
    leave = () => resolve({ done: true, value: undefined })
  })
  const silent: AsyncIterable<Progress> = {
    [Symbol.asyncIterator]: () => ({
      next: () => left,
      async return() {
        leave()
        return { done: true, value: undefined }
      },
    }),
  }
  return { silent, left }
}

describe('withProgress()', () => {
  it('tells the progress to the end, and gives the result', async () => {
    async function* all(): AsyncGenerator<Progress> {
      yield { phase: 'upload' }
      yield { phase: 'done' }
    }
    const told: string[] = []
    expect(
      await withProgress(
        all(),
        ({ phase }) => told.push(phase),
        async () => 'result',
      ),
    ).toBe('result')
    expect(told).toEqual(['upload', 'done'])
  })

  it('leaves the controller of an act that fails before it begins', async () => {
    const { silent, left } = createSilent()
    const failing = withProgress(
      silent,
      () => {},
      async () => {
        throw new Error('no such image')
      },
    )
    await expect(failing).rejects.toThrow('no such image')
    expect(await left).toMatchObject({ done: true })
  })
})
