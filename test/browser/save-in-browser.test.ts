import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import {
  DigestMismatchError,
  openArchive,
  openRegistry,
  pullDockerTar,
  pushDockerTar,
  RegistryError,
  ResponseError,
  saveInBrowser,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type Fault } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { type PickerFolder, pickInto } from '../support/picker.ts'

let folder: PickerFolder | undefined
afterEach(async () => {
  await folder?.remove()
  folder = undefined
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Stands for the user, who chooses where the file goes. */
async function withPicker(): Promise<PickerFolder> {
  folder = await pickInto()
  vi.stubGlobal('showSaveFilePicker', folder.pick)
  return folder
}

/** A browser without a picker. Gives what it downloads. */
function withoutPicker() {
  vi.stubGlobal('showSaveFilePicker', undefined)
  const downloads: { readonly name: string; readonly url: string }[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    downloads.push({ name: this.download, url: this.href })
  })
  return downloads
}

/** A text without repetitions: each piece of it differs from the others. */
const text = () => Array.from({ length: 430_000 }, (_, index) => String(index).padStart(7)).join('')

async function filledRegistry(faults: readonly Fault[] = []) {
  const archive = await createTestArchive({ images: [{ layers: [{ base: text() }] }] })
  const { fetch, requests } = createTestRegistry({ faults })
  const registry = openRegistry('https://registry.test', { fetch, retry: 0 })
  const digest = await pushDockerTar(archive, registry, 'team/app', 'v1')
  requests.length = 0
  return { registry, digest, requests, pull: () => pullDockerTar(registry, 'team/app', 'v1') }
}

const FLIPPED: Fault = { kind: 'flipped', method: 'GET', path: '/blobs/', nth: 2, times: 99, at: 2_000_000 }

describe('saveInBrowser() with a file picker', () => {
  it('writes what is pulled of the real registry into the file that the user chooses', async () => {
    const folder = await withPicker()
    const url = inject('registryUrl')
    const digest = await pushDockerTar(await createTestArchive(), url, 'page/saved', 'v1')
    const saved = await saveInBrowser(() => pullDockerTar(url, 'page/saved', 'v1'), { fileName: 'saved.tar' })
    const file = await folder.read('saved.tar')
    expect(saved).toEqual({ fileName: 'saved.tar', size: file?.size })
    const { images } = await openArchive(file as Blob)
    expect(images.map(({ manifest }) => manifest.digest)).toEqual([digest])
  })

  it('writes the bytes of the stream', async () => {
    const folder = await withPicker()
    const { pull } = await filledRegistry()
    await saveInBrowser(pull, { fileName: 'app.tar' })
    const [file, streamed] = [await folder.read('app.tar'), await new Response((await pull()).stream()).arrayBuffer()]
    expect(streamed.byteLength).toBeGreaterThan(3_000_000)
    expect(isEqual(await file?.arrayBuffer(), streamed)).toBe(true)
  })

  it('writes into a file that the page has picked before, and does not ask again', async () => {
    const folder = await withPicker()
    const { pull } = await filledRegistry()
    const file = await folder.pick({ suggestedName: 'mine.tar' })
    const saved = await saveInBrowser(pull, { file: file as never, fileName: 'other.tar' })
    expect(folder.proposed).toEqual(['mine.tar'])
    expect(saved).toEqual({ fileName: 'mine.tar', size: (await folder.read('mine.tar'))?.size })
    expect(saved.size).toBeGreaterThan(3_000_000)
  })

  it('asks the user before it sends a request, and sends none if the user chooses no file', async () => {
    const { pull, requests } = await filledRegistry()
    vi.stubGlobal('showSaveFilePicker', async () => {
      expect(requests).toEqual([])
      throw new DOMException('The user aborted a request.', 'AbortError')
    })
    expect((await rejection(saveInBrowser(pull), DOMException, /aborted/)).name).toBe('AbortError')
    expect(requests).toEqual([])
  })

  it('proposes a name that the picker takes', async () => {
    const folder = await withPicker()
    const { pull } = await filledRegistry()
    await saveInBrowser(pull, { fileName: 'team/app:v1.tar' })
    await saveInBrowser(pull)
    await saveInBrowser(await pull())
    expect(folder.proposed).toEqual(['team-app-v1.tar', 'image.tar', 'team-app-v1.tar'])
  })

  it.each<[string, readonly Fault[], string, new (...values: never[]) => Error]>([
    ['a layer is wrong', [FLIPPED], 'v1', DigestMismatchError],
    ['there is no such image', [], 'v9', ResponseError],
  ])('leaves no file where %s', async (_, faults, tag, kind) => {
    const folder = await withPicker()
    const { registry } = await filledRegistry(faults)
    const saving = saveInBrowser(() => pullDockerTar(registry, 'team/app', tag), { fileName: 'app.tar' })
    await rejection(saving, kind)
    expect(await folder.read('app.tar')).toBeUndefined()
  })

  it('leaves no file after an abort, and rejects with its reason', async () => {
    const folder = await withPicker()
    const { registry } = await filledRegistry([{ ...FLIPPED, kind: 'stalled', afterBytes: 2_000_000 }])
    const reason = new Error('enough')
    const aborting = new AbortController()
    const onProgress = ({ writtenBytes }: { readonly writtenBytes: number }) =>
      writtenBytes > 1_000_000 && aborting.abort(reason)
    const options = { signal: aborting.signal, onProgress }
    await expect(saveInBrowser(() => pullDockerTar(registry, 'team/app', 'v1', options))).rejects.toBe(reason)
    expect(await folder.read('image.tar')).toBeUndefined()
  })

  it('throws a RegistryError with a remedy where the disk is full', async () => {
    const folder = await withPicker()
    const full = new DOMException('The quota was exceeded.', 'QuotaExceededError')
    vi.stubGlobal('showSaveFilePicker', async (options: { readonly suggestedName: string }) => {
      const file = await folder.pick(options)
      const createWritable = async () => ({ ...failing(full), abort: async () => undefined })
      return { name: file.name, getFile: () => file.getFile(), remove: () => file.remove(), createWritable }
    })
    const { pull } = await filledRegistry()
    const error = await rejection(
      saveInBrowser(pull, { fileName: 'app.tar' }),
      RegistryError,
      /^Cannot save app.tar \(4 MB\): /,
    )
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', cause: full, remedy: 'make room, or choose one platform' })
    expect(await folder.read('app.tar')).toBeUndefined()
  })
})

describe('saveInBrowser() without a file picker', () => {
  it('downloads the file from the disk of the browser, and releases it after a minute', async () => {
    const downloads = withoutPicker()
    const { pull, digest } = await filledRegistry()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const saved = await saveInBrowser(pull)
    const [{ name = '', url = '' } = {}] = downloads
    expect([name, saved.fileName]).toEqual(['team-app-v1.tar', 'team-app-v1.tar'])
    const blob = await (await fetch(url)).blob()
    expect(blob.size).toBe(saved.size)
    expect((await openArchive(blob)).images[0]?.manifest.digest).toBe(digest)
    vi.advanceTimersByTime(60_000)
    await expect(fetch(url)).rejects.toThrow(TypeError)
  })

  it('does so too where the page may not open the picker', async () => {
    const downloads = withoutPicker()
    vi.stubGlobal('showSaveFilePicker', async () => {
      throw new DOMException('Must be handling a user gesture to show a file picker.', 'SecurityError')
    })
    const { pull } = await filledRegistry()
    await saveInBrowser(pull, { fileName: 'mine.tar' })
    expect(downloads.map(({ name }) => name)).toEqual(['mine.tar'])
  })

  it('warns before it collects more than 2 GB', async () => {
    withoutPicker()
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    for (const size of [2e9, 2.1e9]) {
      await saveInBrowser({ size, fileName: 'a.tar', stream: () => new Blob(['x']).stream() }, { onWarning })
    }
    expect(warnings).toEqual([
      expect.stringMatching(/^The browser collects the 2100 MB of a\.tar before it saves them/),
    ])
  })

  it('downloads nothing where a layer is wrong', async () => {
    const downloads = withoutPicker()
    const { pull } = await filledRegistry([FLIPPED])
    await rejection(saveInBrowser(pull), DigestMismatchError)
    expect(downloads).toEqual([])
  })

  it.each([undefined, {}, 'app.tar'])('throws a TypeError for %s instead of an archive', async (value) => {
    withoutPicker()
    await rejection(
      saveInBrowser(value as never),
      TypeError,
      /^Cannot use tar: it has to be an archive, as pullDockerTar/,
    )
  })
})

function failing(error: Error) {
  const fail = () => Promise.reject(error)
  return { write: fail, close: fail }
}

function isEqual(one: ArrayBuffer | undefined, other: ArrayBuffer): boolean {
  const [bytes, wanted] = [new Uint8Array(one ?? []), new Uint8Array(other)]
  return bytes.length === wanted.length && bytes.every((byte, index) => byte === wanted[index])
}
