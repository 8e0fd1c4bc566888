import { proxy } from 'comlink'
import type { OpenProgress } from '../../index.ts'
import { FileFault, toFault } from '../words/fault.ts'
import type { OpenedArchive, PushApi } from '../worker/pushes.ts'
import { chooseByNames, type ImageChoice } from './choices.ts'
import type { Claims } from './claims.ts'
import { type Entry, type EntryInput, identify, isSameFile } from './entry.ts'
import type { EntryList } from './entry-list.ts'

/** Opens the files of entries, and finds them again after a reload. */
interface EntryFiles {
  /** Opens an archive in the Worker. */
  open(entry: Entry): Promise<void>
  /** Gives an entry its file. Another file than before waits for the user's consent. */
  provide(entry: Entry, input: EntryInput): Promise<void>
  /** Opens the file by its handle. Call it in a click: the browser may ask the user. */
  reopen(entry: Entry): Promise<void>
  /** Takes the changed file, and pushes nothing yet. */
  acceptChanged(entry: Entry): Promise<void>
}

/** The permissions of handles are newer than the DOM types. */
type Handle = FileSystemFileHandle & { requestPermission?(mode: { readonly mode: 'read' }): Promise<PermissionState> }

/** @param onOpen Called when the archive of a continued push is open. */
export function createFiles(
  worker: PushApi,
  { update, act }: EntryList,
  claims: Claims,
  onOpen: (entry: Entry) => void,
): EntryFiles {
  async function open(entry: Entry): Promise<void> {
    const { input } = entry.given
    if (!input) {
      update(entry, { state: 'needs-file' })
      return
    }
    update(entry, { state: 'opening', fault: undefined, opening: undefined, changed: undefined })
    await act(entry, async (signal) => {
      const onProgress = proxy((opening: OpenProgress) => {
        if (!signal.aborted) update(entry, { opening })
      })
      const archive = await worker.open(input, onProgress, signal)
      if (signal.aborted) void worker.close(archive.id)
      const choices = chooseAgain(archive, entry.$shown.get().choices)
      return { state: 'ready', archive, choices, opening: undefined }
    })
    if (entry.$shown.get().state === 'ready' && entry.$shown.get().goesOn) onOpen(entry)
  }

  async function provide(entry: Entry, { name, input, handle }: EntryInput): Promise<void> {
    if (!(await claims.claim(entry.id))) {
      update(entry, { isElsewhere: true })
      return
    }
    const file = identify({ name, input })
    Object.assign(entry.given, { input, handle })
    update(entry, { isElsewhere: false, hasHandle: handle !== undefined, fault: undefined })
    if (isSameFile(file, entry.$shown.get().file)) await open(entry)
    else update(entry, { state: 'needs-file', changed: file })
  }

  return {
    open,
    provide,
    async reopen(entry) {
      const handle: Handle | undefined = entry.given.handle
      if (!handle) return
      try {
        const permission = (await handle.requestPermission?.({ mode: 'read' })) ?? 'granted'
        if (permission !== 'granted') throw new FileFault('FILE_NOT_ALLOWED', 'The browser may not open the file')
        const input = await getFile(handle)
        await provide(entry, { name: entry.$shown.get().file.name, input, handle })
      } catch (error) {
        // Whoever does not agree may agree later. A file that is gone has to be chosen again.
        const fault = toFault(error)
        update(entry, { fault, hasHandle: fault.code === 'FILE_NOT_ALLOWED' })
      }
    },
    async acceptChanged(entry) {
      const { changed } = entry.$shown.get()
      if (!changed) return
      update(entry, { file: changed, goesOn: false })
      await open(entry)
    },
  }
}

async function getFile(handle: FileSystemFileHandle): Promise<File> {
  try {
    return await handle.getFile()
  } catch (error) {
    throw new FileFault('FILE_GONE', 'The file is no longer where it was', { cause: error })
  }
}

/** Keeps what the user has chosen, as far as the archive has these images. */
function chooseAgain({ images }: OpenedArchive, choices: readonly ImageChoice[]): readonly ImageChoice[] {
  const isAsBefore = choices.length === images.length
  return images.map((image, position) => (isAsBefore && choices[position]) || chooseByNames(image))
}
