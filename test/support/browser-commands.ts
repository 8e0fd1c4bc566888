import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlaywrightProviderOptions } from '@vitest/browser-playwright'
import type { BrowserCommand } from 'vitest/node'
import { type LargeArchive, writeLargeArchive } from './large-archive.ts'

// The provider's types bring `frame()` into the context of commands.
export type { PlaywrightProviderOptions }

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Writes a large archive to the disk, and has the user choose it in a file input. */
    chooseLargeArchive(selector: string, layers: number, layerMiB: number): Promise<LargeArchive>
  }
}

const chooseLargeArchive: BrowserCommand<[selector: string, layers: number, layerMiB: number]> = async (
  context,
  selector,
  layers,
  layerMiB,
) => {
  const folder = mkdtempSync(join(tmpdir(), 'large-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'large.tar')
  const archive = await writeLargeArchive(path, { layers, layerMiB, name: 'team/large:v1' })
  const frame = await context.frame()
  await frame.locator(selector).setInputFiles(path)
  return archive
}

/** What test pages may ask of the machine that they run on. */
export const browserCommands = { chooseLargeArchive }
