import { proxy } from 'comlink'
import { atom } from 'nanostores'
import { type Fault, isAbort, toFault } from '../../src/element/words/fault.ts'
import { $place } from '../shell/address.ts'
import { saveBlob } from '../shell/save-blob.ts'
import { worker } from '../shell/worker.ts'
import type { DownloadProgress, DownloadRequest, PlannedDownload } from '../worker/downloads.ts'

/** A download that runs, or has ended. It continues while the user looks at other views. */
export interface Download {
  readonly id: string
  /** The address of the registry, as the user typed it. */
  readonly registry: string
  readonly fileName: string
  /** In bytes. */
  readonly size: number
  readonly state: 'running' | 'paused' | 'saved' | 'cancelled' | 'failed'
  readonly progress: DownloadProgress | undefined
  readonly fault: Fault | undefined
  pause(): void
  resume(): void
  cancel(): void
}

/** The downloads since the page was opened, the newest last. */
export const $downloads = atom<readonly Download[]>([])

/** The file picker of a page (File System Access § showSaveFilePicker). Firefox and plain http do not have it. */
interface WithPicker {
  readonly showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>
}

/** In bytes. Without a picker, a browser may have too little room for more. */
const LARGE = 2e9
const TYPES = [{ description: 'Container image', accept: { 'application/x-tar': ['.tar'] } }]

let count = 0

/** Tells whether a download is large for this browser, which collects it before it saves it. */
export function isTooLarge(size: number): boolean {
  return size > LARGE && !(globalThis as WithPicker).showSaveFilePicker
}

/**
 * Begins a download. Call it in a click: browsers show their file picker only then.
 *
 * @returns false if the user chose no file
 */
export async function startDownload(request: DownloadRequest, { fileName, size }: PlannedDownload): Promise<boolean> {
  const file = await pickFile(fileName)
  if (file === null) return false
  const id = `download-${count++}`
  const controller = new AbortController()
  const update = (change: Partial<Download>) =>
    $downloads.set($downloads.get().map((one) => (one.id === id ? { ...one, ...change } : one)))
  const download: Download = {
    ...{ id, registry: request.registry, fileName: file?.name ?? fileName, size },
    ...{ state: 'running', progress: undefined, fault: undefined },
    pause() {
      update({ state: 'paused' })
      void worker.downloads.pause(id)
    },
    resume() {
      update({ state: 'running' })
      void worker.downloads.resume(id)
    },
    cancel: () => controller.abort(),
  }
  $downloads.set([...$downloads.get(), download])
  const onProgress = proxy((progress: DownloadProgress) => update({ progress }))
  worker.downloads.run(id, request, file, onProgress, controller.signal).then(
    ({ fileName, blob }) => {
      if (blob) saveBlob(blob, fileName)
      update({ state: 'saved' })
    },
    (error) => update(isAbort(error) ? { state: 'cancelled' } : { state: 'failed', fault: toFault(error) }),
  )
  return true
}

/** Removes a download that has ended from the list. */
export function forgetDownload(id: string): void {
  $downloads.set($downloads.get().filter((download) => download.id !== id))
}

export function isUnderWay({ state }: Download): boolean {
  return state === 'running' || state === 'paused'
}

/** Asks for a file, if the browser can. Gives null if the user chose none. */
async function pickFile(suggestedName: string): Promise<FileSystemFileHandle | undefined | null> {
  try {
    return await (globalThis as WithPicker).showSaveFilePicker?.({ suggestedName, types: TYPES })
  } catch (error) {
    // Without a click, and in a frame of another origin, it is forbidden.
    return isAbort(error) ? null : undefined
  }
}

// A saved download leaves the list when the user opens another view.
$place.listen(() => {
  const waiting = $downloads.get().filter(({ state }) => state !== 'saved' && state !== 'cancelled')
  if (waiting.length < $downloads.get().length) $downloads.set(waiting)
})

// A browser asks its user before it closes a page that has not finished.
if (typeof window !== 'undefined') {
  addEventListener('beforeunload', (event) => {
    if ($downloads.get().some(isUnderWay)) event.preventDefault()
  })
}
