import { beforeEach, describe, expect, it } from 'vitest'
import type { Entry, EntryInput, ShownEntry } from '../../../src/element/queue/entry.ts'
import type { Queue } from '../../../src/element/queue/queue.ts'
import { progressOf } from '../../support/fake-pushes.ts'
import { createFakeBrowser } from '../../support/fake-tabs.ts'

const REGISTRY = 'https://registry.test'
let browser: ReturnType<typeof createFakeBrowser>
let tab: ReturnType<typeof browser.openTab>

beforeEach(() => {
  browser = createFakeBrowser()
  tab = browser.openTab()
})

const fileOf = (name: string, text = 'tar', lastModified = 1): EntryInput => ({
  name,
  input: new File([text], name, { lastModified }),
})
const entriesOf = (queue: Queue) => queue.$entries.get()
const states = (queue: Queue) => entriesOf(queue).map(({ $shown }) => $shown.get().state)
const only = (queue: Queue) => entriesOf(queue)[0] as Entry
const shownIn = (queue: Queue) => only(queue).$shown.get()

/** Adds a file to the queue of the first tab, and waits until it is read and saved. */
async function add(input: EntryInput = fileOf('a.tar')): Promise<string> {
  const [entry] = tab.queue.add([input], REGISTRY)
  const id = entry?.id ?? ''
  await expect.poll(() => browser.stored.get(id)?.state).toBe('ready')
  return id
}

/** Closes the tab, and opens it again. */
async function reload(): Promise<void> {
  tab.close()
  tab = browser.openTab()
  await expect.poll(() => entriesOf(tab.queue).length).toBe(browser.stored.size)
}

async function isShown(queue: Queue, shown: Partial<ShownEntry>): Promise<void> {
  await expect.poll(() => (entriesOf(queue).length > 0 ? shownIn(queue) : undefined)).toMatchObject(shown)
}

describe('a queue after a reload', () => {
  it('has its entries again, in their order, with the names that were typed', async () => {
    const id = await add(fileOf('a.tar'))
    await add(fileOf('b.tar'))
    const destinations = [{ repository: 'team/mine', tags: ['v9'] }]
    tab.queue.choose(id, 0, { destinations })
    await expect.poll(() => browser.stored.get(id)).toMatchObject({ place: 0, choices: [{ destinations }] })
    await reload()

    expect(entriesOf(tab.queue).map(({ $shown }) => $shown.get().file.name)).toEqual(['a.tar', 'b.tar'])
    expect(states(tab.queue)).toEqual(['needs-file', 'needs-file'])
    expect(entriesOf(tab.queue)[0]?.$shown.get()).toMatchObject({ registry: REGISTRY, choices: [{ destinations }] })
  })

  it('goes on with a push when the same file is chosen again, by the names that were typed', async () => {
    const id = await add()
    const destinations = [{ repository: 'team/mine', tags: ['v9'] }]
    tab.queue.choose(id, 0, { destinations })
    tab.queue.push(id)
    await expect.poll(() => browser.stored.get(id)?.state).toBe('pushing')
    await reload()
    expect(shownIn(tab.queue)).toMatchObject({ state: 'needs-file', goesOn: true })

    expect(tab.queue.add([fileOf('a.tar')], REGISTRY)).toEqual([])
    await isShown(tab.queue, { state: 'pushing' })
    expect(tab.worker.pushes[0]?.request.images).toMatchObject([{ destinations }])
    tab.worker.pushes[0]?.succeed()
    await isShown(tab.queue, { state: 'pushed', goesOn: false })
  })

  it('shows what was pushed, and needs its file only to push it again', async () => {
    const id = await add()
    tab.queue.push(id)
    tab.worker.pushes[0]?.succeed()
    await expect.poll(() => browser.stored.get(id)?.state).toBe('pushed')
    await reload()
    expect(shownIn(tab.queue)).toMatchObject({ state: 'pushed', result: { url: REGISTRY } })
    tab.queue.push(id)
    expect(shownIn(tab.queue)).toMatchObject({ state: 'needs-file', goesOn: true })
  })

  it('pushes nothing by itself when the file was not being pushed', async () => {
    await add()
    await reload()
    tab.queue.add([fileOf('a.tar')], REGISTRY)
    await isShown(tab.queue, { state: 'ready' })
    expect(tab.worker.pushes).toEqual([])
  })

  it('tells when the file has changed, and takes that one when the user says so', async () => {
    const id = await add()
    tab.queue.push(id)
    await expect.poll(() => browser.stored.get(id)?.state).toBe('pushing')
    await reload()

    tab.queue.add([fileOf('a.tar', 'another tar', 2)], REGISTRY)
    await isShown(tab.queue, { state: 'needs-file', changed: { name: 'a.tar', size: 11, lastModified: 2 } })
    expect(tab.worker.open.size).toBe(0)
    await tab.queue.acceptChanged(id)
    await isShown(tab.queue, {
      state: 'ready',
      changed: undefined,
      file: { name: 'a.tar', size: 11, lastModified: 2 },
      goesOn: false,
    })
    expect(tab.worker.pushes).toEqual([])
  })

  it('takes the right file after a wrong one', async () => {
    const id = await add()
    await reload()
    await tab.queue.provide(id, fileOf('a.tar', 'another tar', 2))
    expect(shownIn(tab.queue).changed).toBeDefined()
    await tab.queue.provide(id, fileOf('a.tar'))
    expect(shownIn(tab.queue)).toMatchObject({ state: 'ready', changed: undefined })
  })

  it('finds a folder again by its files', async () => {
    const folder = () => new Map([['layout/index.json', new File(['{}'], 'index.json', { lastModified: 3 })]])
    await add({ name: 'layout', input: folder() })
    await reload()
    expect(shownIn(tab.queue).file).toEqual({ name: 'layout', size: 2, lastModified: 3, files: 1 })
    tab.queue.add([{ name: 'layout', input: folder() }], REGISTRY)
    await isShown(tab.queue, { state: 'ready' })
  })

  it('forgets what was removed', async () => {
    const id = await add()
    tab.queue.remove(id)
    await expect.poll(() => browser.stored.size).toBe(0)
    await reload()
    expect(entriesOf(tab.queue)).toEqual([])
  })
})

describe('a queue with handles of files', () => {
  const handle = (changes: object = {}) =>
    ({
      requestPermission: async () => 'granted',
      getFile: async () => fileOf('a.tar').input,
      ...changes,
    }) as unknown as FileSystemFileHandle

  it('opens the file again after one click', async () => {
    const id = await add({ ...fileOf('a.tar'), handle: handle() })
    await reload()
    expect(shownIn(tab.queue)).toMatchObject({ state: 'needs-file', hasHandle: true })
    await tab.queue.reopen(id)
    expect(shownIn(tab.queue)).toMatchObject({ state: 'ready' })
  })

  it('tells when the user does not allow it, and can ask again', async () => {
    const answers = ['denied', 'granted']
    const id = await add({ ...fileOf('a.tar'), handle: handle({ requestPermission: async () => answers.shift() }) })
    await reload()
    await tab.queue.reopen(id)
    expect(shownIn(tab.queue)).toMatchObject({
      ...{ state: 'needs-file', hasHandle: true, fault: { code: 'FILE_NOT_ALLOWED' } },
    })
    await tab.queue.reopen(id)
    expect(shownIn(tab.queue)).toMatchObject({ state: 'ready', fault: undefined })
  })

  it('tells when the file is no longer there, and takes it by hand', async () => {
    const getFile = async () => {
      throw new DOMException('A requested file could not be found', 'NotFoundError')
    }
    const id = await add({ ...fileOf('a.tar'), handle: handle({ getFile }) })
    await reload()
    await tab.queue.reopen(id)
    expect(shownIn(tab.queue)).toMatchObject({ state: 'needs-file', hasHandle: false, fault: { code: 'FILE_GONE' } })
    await tab.queue.provide(id, fileOf('a.tar'))
    expect(shownIn(tab.queue)).toMatchObject({ state: 'ready', fault: undefined })
  })

  it('tells when the file has changed meanwhile', async () => {
    const getFile = async () => fileOf('a.tar', 'longer than before', 9).input
    const id = await add({ ...fileOf('a.tar'), handle: handle({ getFile }) })
    await reload()
    await tab.queue.reopen(id)
    expect(shownIn(tab.queue)).toMatchObject({ state: 'needs-file', changed: { lastModified: 9 } })
  })

  it('needs the file again when it cannot be read in the middle of a push', async () => {
    const id = await add({ ...fileOf('a.tar'), handle: handle() })
    tab.queue.push(id)
    tab.worker.pushes[0]?.fail({ name: 'TarReadError', code: 'FILE_UNREADABLE', message: 'it was changed', place: '' })
    await isShown(tab.queue, { state: 'needs-file', goesOn: true, fault: { code: 'FILE_UNREADABLE' } } as never)
    expect(tab.worker.open.size).toBe(0)
    await tab.queue.reopen(id)
    await isShown(tab.queue, { state: 'pushing', fault: undefined })
  })
})

describe('a queue in two tabs', () => {
  it('shows in one what the other pushes, and pushes it once', async () => {
    const id = await add()
    const other = browser.openTab()
    await isShown(other.queue, { state: 'ready', isElsewhere: true })
    tab.queue.push(id)
    await isShown(other.queue, { state: 'pushing', isElsewhere: true })
    tab.worker.pushes[0]?.listener.onProgress(progressOf(40))
    await expect.poll(() => only(other.queue).progress.$total.get().sentBytes).toBe(40)

    other.queue.push(id)
    other.queue.pushAll()
    other.queue.cancel(id)
    other.queue.remove(id)
    await other.queue.provide(id, fileOf('a.tar'))
    expect(other.worker.pushes).toEqual([])
    expect(states(other.queue)).toEqual(['pushing'])
    tab.worker.pushes[0]?.succeed()
    await isShown(other.queue, { state: 'pushed' })
  })

  it('shows in one what is added, changed and removed in the other', async () => {
    const other = browser.openTab()
    const id = await add()
    await isShown(other.queue, { state: 'ready', isElsewhere: true })
    tab.queue.setRegistry(id, 'https://other.test')
    await isShown(other.queue, { registry: 'https://other.test' })
    tab.queue.remove(id)
    await expect.poll(() => entriesOf(other.queue)).toEqual([])
    expect(browser.stored.size).toBe(0)
  })

  it.each(['close', 'crash'] as const)('lets one take over after the %s of the other', async (end) => {
    const id = await add()
    const other = browser.openTab()
    tab.queue.push(id)
    await isShown(other.queue, { state: 'pushing', isElsewhere: true })
    tab[end]()
    await isShown(other.queue, { state: 'needs-file', isElsewhere: false, goesOn: true })
    await other.queue.provide(id, fileOf('a.tar'))
    await isShown(other.queue, { state: 'pushing', isElsewhere: false })
  })

  it('opens a file once when both tabs are given it at the same time', async () => {
    const id = await add()
    await reload()
    const other = browser.openTab()
    await isShown(other.queue, { state: 'needs-file', isElsewhere: false })
    await Promise.all([tab, other].map(({ queue }) => queue.provide(id, fileOf('a.tar'))))
    expect(tab.worker.open.size + other.worker.open.size).toBe(1)
    await expect.poll(() => [tab, other].map(({ queue }) => shownIn(queue).isElsewhere).sort()).toEqual([false, true])
  })

  it('comes to rest: a change in one is no change in the other', async () => {
    await add()
    const other = browser.openTab()
    await isShown(other.queue, { state: 'ready' })
    await reload()
    await isShown(other.queue, { state: 'needs-file', isElsewhere: false })
    let writes = 0
    const { write } = browser.storage
    browser.storage.write = async (entries) => {
      writes++
      await write(entries)
    }
    tab.queue.add([fileOf('b.tar')], REGISTRY)
    await expect.poll(() => states(other.queue)).toEqual(['needs-file', 'ready'])
    const before = writes
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(writes).toBe(before)
  })
})

describe('a queue without a place to be kept', () => {
  it.each(['at the start', 'later'])(
    'works, and tells that it is lost by a reload, if the store fails %s',
    async (when) => {
      if (when === 'later') await add(fileOf('b.tar'))
      browser.storage.fault = new DOMException('The quota is exceeded', 'QuotaExceededError')
      if (when === 'at the start') tab = browser.openTab()
      const [entry] = tab.queue.add([fileOf('a.tar')], REGISTRY)
      await expect.poll(() => tab.queue.$isLost.get()).toBe(true)
      await expect.poll(() => entry?.$shown.get().state).toBe('ready')
      tab.queue.push(entry?.id ?? '')
      expect(entry?.$shown.get().state).toBe('pushing')
    },
  )
})
