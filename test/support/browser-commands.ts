import { exec } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// The provider's types bring `page` into the context of commands.
import type {} from '@vitest/browser-playwright'
import type { BrowserCommand } from 'vitest/node'
import { type LargeArchive, writeLargeArchive } from './large-archive.ts'

/** What another program does to a file: overwrites the byte at a position, ends it there, or removes the whole. */
type FileChange = { readonly overwrite: number } | { readonly truncate: number } | 'remove'

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Writes an archive to the disk, and has the user choose it in a file input of the top window. */
    chooseArchive(selector: string, layers: number, layerMiB: number): Promise<LargeArchive & { path: string }>
    /** Changes a file of the disk. */
    changeFile(path: string, change: FileChange): Promise<void>
    /** Runs a command line of curl in a shell. Returns all that it prints. */
    runCurl(command: string): Promise<string>
  }
}

const chooseArchive: BrowserCommand<[selector: string, layers: number, layerMiB: number]> = async (
  { page },
  selector,
  layers,
  layerMiB,
) => {
  const path = newPath()
  const archive = await writeLargeArchive(path, { layers, layerMiB, name: 'team/app:v1' })
  await page.setInputFiles(selector, path)
  return { ...archive, path }
}

const changeFile: BrowserCommand<[path: string, change: FileChange]> = async (_context, path, change) => {
  if (change === 'remove') return rmSync(path)
  if ('truncate' in change) return truncateSync(path, change.truncate)
  const file = await open(path, 'r+')
  await file.write(new Uint8Array([0xff]), 0, 1, change.overwrite)
  await file.close()
}

const runCurl: BrowserCommand<[command: string]> = async (_context, command) => {
  if (!command.startsWith('curl ')) throw new Error(`This is no command of curl: ${command}`)
  // curl fails where the registry does.
  return new Promise((resolve) => exec(command, (_error, stdout, stderr) => resolve(stdout + stderr)))
}

let folder: string | undefined
/** In a folder of the run's own, which ends with it. */
function newPath(): string {
  if (!folder) {
    const made = mkdtempSync(join(tmpdir(), 'chosen-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return join(folder, `${randomUUID()}.tar`)
}

/** What test pages may ask of the machine that they run on. */
export const browserCommands = { chooseArchive, changeFile, runCurl }
