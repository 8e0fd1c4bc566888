import { beforeEach, describe, expect, it } from 'vitest'
import type { Entry, EntryInput } from '../../../src/element/queue/entry.ts'
import { createQueue } from '../../../src/element/queue/queue.ts'
import { createForm, type Form } from '../../../src/element/view/form.ts'
import { createFakePushes, progressOf } from '../../support/fake-pushes.ts'

const REGISTRY = 'https://registry.test'
let worker: ReturnType<typeof createFakePushes>
let form: Form

beforeEach(() => {
  worker = createFakePushes()
  form = createForm(createQueue(worker.api))
})

const fileOf = (content: string): EntryInput => ({ name: 'a.tar', input: new File([content], 'a.tar') })

/** Adds an archive whose file is lost in the middle of its push, and gives it another one. */
async function addChanged(): Promise<Entry> {
  form.setRegistry(REGISTRY)
  form.add([fileOf('tar')])
  const [entry] = form.queue.$entries.get() as [Entry]
  await isShown(entry, 'ready')
  form.push()
  await isShown(entry, 'pushing')
  worker.pushes[0]?.fail({ name: 'SourceReadError', code: 'FILE_UNREADABLE', message: 'changed', place: undefined })
  await isShown(entry, 'needs-file')
  await form.queue.provide(entry.id, fileOf('another tar'))
  expect(entry.$shown.get().changed).toMatchObject({ size: 11 })
  return entry
}

const isShown = (entry: Entry, state: string) => expect.poll(() => entry.$shown.get().state).toBe(state)

describe('a form', () => {
  it('pushes a changed file when the user says so', async () => {
    const entry = await addChanged()
    await form.pushChanged(entry.id)
    expect(entry.$shown.get()).toMatchObject({ state: 'pushing', file: { size: 11 } })
    expect(worker.pushes).toHaveLength(2)
  })

  it('stops a changed file with its plan if that moves a tag', async () => {
    const tag = { repository: 'team/a', tag: 'v1', digest: 'sha256:b', previous: 'sha256:a' }
    const { plan } = worker.api
    Object.assign(worker.api, {
      plan: async (...call: Parameters<typeof plan>) => {
        const made = await plan(...call)
        return worker.pushes.length > 0 ? { ...made, tags: [tag] } : made
      },
    })
    const entry = await addChanged()
    await form.pushChanged(entry.id)
    expect(entry.$shown.get()).toMatchObject({ state: 'planned', plan: { tags: [tag] } })
    expect(worker.pushes).toHaveLength(1)
  })

  it('pauses those that wait too, also when the one that runs is cancelled, and goes on with all', async () => {
    form.setRegistry(REGISTRY)
    form.add(['a.tar', 'b.tar', 'c.tar'].map((name) => ({ name, input: new File(['tar'], name) })))
    const [first, second, third] = form.queue.$entries.get() as [Entry, Entry, Entry]
    for (const entry of [first, second, third]) await isShown(entry, 'ready')
    form.push()
    await isShown(first, 'pushing')
    await isShown(third, 'waiting')
    const stop = form.$state.listen(() => undefined)
    expect(form.$state.get()).toBe('running')
    form.pauseAll()
    expect(form.$state.get()).toBe('paused')
    form.cancel(first.id)
    await isShown(first, 'cancelled')
    await isShown(second, 'waiting')
    expect(form.$state.get()).toBe('paused')
    form.resumeAll()
    await isShown(second, 'pushing')
    expect(form.$state.get()).toBe('running')

    form.pauseAll()
    form.queue.resume(second.id)
    worker.pushes[1]?.succeed()
    await isShown(third, 'pushing')
    stop()
  })

  it('tells what was sent from what the registry had', async () => {
    form.setRegistry(REGISTRY)
    form.add([fileOf('tar')])
    const [entry] = form.queue.$entries.get() as [Entry]
    await isShown(entry, 'ready')
    form.push()
    await isShown(entry, 'pushing')
    const stop = form.$summary.listen(() => undefined)
    const { blobs, ...progress } = progressOf(30)
    const there = blobs.flatMap((blob) =>
      (['present', 'mounted'] as const).map((state) => ({ ...blob, state, size: 10, sentBytes: 10 })),
    )
    worker.pushes[0]?.listener.onProgress({ ...progress, sentBytes: 50, totalBytes: 120, blobs: [...blobs, ...there] })
    expect(form.$summary.get()).toMatchObject({ sentBytes: 50, presentBytes: 20, totalBytes: 120 })
    stop()
  })

  it('pushes to the registry that is typed while the archive is still read', async () => {
    form.add([fileOf('tar')])
    const [entry] = form.queue.$entries.get() as [Entry]
    expect(entry.$shown.get().state).toBe('opening')
    form.setRegistry(REGISTRY)
    await isShown(entry, 'ready')
    expect(entry.$shown.get().registry).toBe(REGISTRY)
  })

  it('pushes a changed file to the registry of an earlier visit, whatever is typed now', async () => {
    const entry = await addChanged()
    form.setRegistry('')
    await form.pushChanged(entry.id)
    expect(worker.pushes[1]?.request.registry).toBe(REGISTRY)
  })
})
