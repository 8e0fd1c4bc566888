import { expect, it } from 'vitest'
import { createQueue } from '../../../src/element/queue/queue.ts'
import { tellEvents } from '../../../src/element/tell-events.ts'
import { createForm } from '../../../src/element/view/form.ts'
import { createFakePushes } from '../../support/fake-pushes.ts'

/** A form with one archive whose push is under way, and the events of the element. */
async function startPush() {
  const worker = createFakePushes()
  const form = createForm(createQueue(worker.api))
  const host = new EventTarget()
  const events: { readonly type: string; readonly detail: unknown }[] = []
  for (const type of ['push-open', 'push-done', 'push-error']) {
    host.addEventListener(type, (event) => events.push({ type, detail: (event as CustomEvent).detail }))
  }
  tellEvents(form, host)
  form.setRegistry('https://registry.test')
  form.add([{ name: 'a.tar', input: new File(['tar'], 'a.tar') }])
  await expect.poll(() => events.map(({ type }) => type)).toEqual(['push-open'])
  form.push()
  await expect.poll(() => worker.pushes).toHaveLength(1)
  return { form, worker, events }
}

it('an element tells that a push ended because its file has changed', async () => {
  const { worker, events } = await startPush()
  worker.pushes[0]?.fail({ name: 'SourceReadError', code: 'FILE_UNREADABLE', message: 'changed', place: undefined })
  await expect
    .poll(() => events.at(-1))
    .toMatchObject({ type: 'push-error', detail: { name: 'a.tar', fault: { code: 'FILE_UNREADABLE' } } })
})

it('an element tells no error when the user cancels', async () => {
  const { form, worker, events } = await startPush()
  form.cancelAll()
  await expect.poll(() => form.$state.get()).toBe('stopped')
  expect(worker.pushes).toHaveLength(1)
  expect(events.map(({ type }) => type)).toEqual(['push-open'])
})
