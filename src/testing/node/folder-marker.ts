import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RegistryError } from '../../errors.ts'
import { makeFolder } from '../../node/make-folder.ts'
import { saving, unlessMissing } from '../../node/saving.ts'
import { writeWhole } from './files.ts'
import { LOCK } from './process-lock.ts'

/** The file that says that a folder is a registry. No repository has such a name. */
const MARKER = '.registry-api-v2-client.json'
const CONTENT = { registryLayoutVersion: 1 }

/** The folder with files that are not finished. They get their names when they are. */
export const DRAFTS = '.drafts'

/** Names that an empty folder may have: the root of a volume, and what a system adds. */
const IGNORED = ['lost+found', '.DS_Store', LOCK, DRAFTS]

/**
 * Checks that a folder is a registry, or empty. Creates it if it does not exist.
 *
 * @throws {RegistryError} if it has other content, or cannot be used
 */
export async function prepareFolder(folder: string, readOnly: boolean): Promise<void> {
  if (!readOnly) await saving(`"${folder}"`, makeFolder(folder))
  const names = await saving(`"${folder}"`, readdir(folder))
  const refuse = (state: string) =>
    new RegistryError('FOLDER_UNUSABLE', `Cannot serve "${folder}": ${state}`, {
      remedy: 'choose a new folder, or one that an embedded registry has written',
    })
  if (names.includes(MARKER)) {
    const text = await saving(`"${folder}"`, readFile(join(folder, MARKER), 'utf8').catch(unlessMissing))
    if (text?.trim() !== JSON.stringify(CONTENT)) throw refuse('its format is of another version of this package')
  } else if (readOnly || names.some((name) => !IGNORED.includes(name))) {
    throw refuse(names.length === 0 ? 'it is empty, and the registry is read-only' : 'it has other content')
  }
}

/** Marks a folder as a registry. */
export async function markFolder(folder: string): Promise<void> {
  await writeWhole(join(folder, DRAFTS), join(folder, MARKER), new TextEncoder().encode(JSON.stringify(CONTENT)))
}
