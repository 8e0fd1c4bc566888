import { expect } from 'vitest'
import { commands } from 'vitest/browser'
import type { LargeArchive } from './large-archive.ts'

/** An archive as the page has it, and as it stands on the disk. */
export interface ChosenArchive extends LargeArchive {
  readonly file: File
  readonly path: string
}

/**
 * Has the user choose an archive with layers of this size. The file input stands in the top window, not in the frame that
 * tests run in: in Firefox playwright 1.64 sets no file inputs in frames.
 */
export async function chooseArchive(layers: number, layerMiB: number): Promise<ChosenArchive> {
  const page = (window.top ?? window).document
  const input = page.createElement('input')
  input.type = 'file'
  input.id = 'chosen-archive'
  page.body.append(input)
  try {
    const archive = await commands.chooseArchive(`#${input.id}`, layers, layerMiB)
    const file = input.files?.[0]
    return file ? { ...archive, file } : expect.fail('no file was chosen')
  } finally {
    input.remove()
  }
}
