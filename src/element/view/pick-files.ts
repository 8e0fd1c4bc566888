import type { EntryInput } from '../queue/entry.ts'
import { isAbort } from '../words/fault.ts'

/** Lets the user choose files. Gives `undefined` if the browser refuses it, by the policy of an organization. */
export type PickFiles = () => Promise<readonly EntryInput[] | undefined>

/** Newer than the DOM types. */
type ShowPicker = (options: { readonly multiple: true }) => Promise<readonly FileSystemFileHandle[]>

/**
 * Returns the browser's picker, whose files can be opened again after a reload. Chromium alone has it, and on secure
 * pages alone. A frame of another origin must not use it.
 */
export function pickFiles(): PickFiles | undefined {
  const { showOpenFilePicker: show } = globalThis as { showOpenFilePicker?: ShowPicker }
  if (!show || self !== top) return undefined
  return async () => {
    try {
      const handles = await show({ multiple: true })
      return await Promise.all(
        handles.map(async (handle) => ({ name: handle.name, input: await handle.getFile(), handle })),
      )
    } catch (error) {
      return isAbort(error) ? [] : undefined
    }
  }
}
