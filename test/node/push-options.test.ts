import { describe, expect, it } from 'vitest'
import { type PlanOptions, planPush, pushDockerTar, pushDockerTarWithAllOriginalTags } from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { bytes, opened, target } from '../support/planning.ts'

const wrong = (options: object) => options as PlanOptions

describe('planPush() and pushDockerTarWithAllOriginalTags()', () => {
  it.each([
    [{ tags: 'latest' }, 'Cannot use tags: it has to be an array, not "latest"'],
    [{ images: 0 }, 'Cannot use the option images: it has to be an array, not 0'],
    [{ mountFrom: 5 }, 'Cannot use mountFrom: it has to be a repository or an array of them, not 5'],
    [{ rename: 'a' }, 'Cannot use rename: it has to be a function, not "a"'],
    [
      { rename: () => 5 },
      'Cannot use rename: it has to give a name or undefined at once for "localhost:5000/a:v1", not 5',
    ],
    [{ rename: async () => 'a' }, /at once for .*, not a promise$/],
  ])('throw a TypeError that names the option when the options are %o', async (options, message) => {
    const { images } = await opened()
    const { handle, recorder } = target()
    await expect(planPush(images, handle, wrong(options))).rejects.toThrow(message)
    await expect(pushDockerTarWithAllOriginalTags(await bytes, handle, wrong(options))).rejects.toThrow(TypeError)
    expect(recorder.exchanges).toHaveLength(0)
  })
})

describe('pushDockerTar()', () => {
  it('throws when tags is a string', async () => {
    const { handle } = target()
    const pushing = pushDockerTar(await bytes, handle, 'a', 'v1', { image: 0, ...wrong({ tags: 'latest' }) })
    await rejection(pushing, TypeError, /tags: it has to be an array, not "latest"/)
  })

  it('throws when sessions is not a store', async () => {
    const { handle } = target()
    for (const sessions of ['folder', {}, () => {}]) {
      const pushing = pushDockerTar(await bytes, handle, 'a', 'v1', { image: 0, sessions: sessions as never })
      await rejection(pushing, TypeError, /sessions: it has to be a store, as memorySessions\(\) gives one, not/)
    }
  })
})
