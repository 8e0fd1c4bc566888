import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { saving } from '../../node/saving.ts'
import { LAYOUT_PATH } from '../../oci/image-layout.ts'
import { parseRepository } from '../../oci/reference.ts'

/** Names of files in a layout. A part of a repository's name that is one gets a `~`, which no name has. */
const OWN_NAMES = /^(?:blobs|index\.json|oci-layout)$/

/** The folder with the unfinished uploads of a repository. */
export const UPLOADS = '.uploads'

/** The content of a repository's folder. */
interface FoundRepository {
  readonly name: string
  readonly folder: string
  /** False if it has only uploads. */
  readonly isWhole: boolean
  /** The IDs of its uploads. */
  readonly uploads: readonly string[]
}

/** Returns the folder of a repository. */
export function folderOf(root: string, name: string): string {
  return join(root, ...name.split('/').map((part) => (OWN_NAMES.test(part) ? `${part}~` : part)))
}

/** Finds all repositories. Ignores links, and folders that no repository can have. */
export async function findRepositories(root: string): Promise<readonly FoundRepository[]> {
  const found: FoundRepository[] = []
  async function walk(folder: string, parts: readonly string[]): Promise<void> {
    const entries = await saving(`"${folder}"`, readdir(folder, { withFileTypes: true }))
    const names = (isFolder: boolean) =>
      entries.filter((entry) => (isFolder ? entry.isDirectory() : entry.isFile())).map(({ name }) => name)
    const uploads = names(true).includes(UPLOADS) ? await readdir(join(folder, UPLOADS)) : []
    const isWhole = names(false).includes(LAYOUT_PATH)
    const name = parts.map((part) => part.replace(/~$/, '')).join('/')
    if (isName(name) && (isWhole || uploads.length > 0)) found.push({ name, folder, isWhole, uploads })
    for (const inner of names(true)) {
      if (inner.startsWith('.') || OWN_NAMES.test(inner)) continue
      await walk(folder + sep + inner, [...parts, inner])
    }
  }
  await walk(root, [])
  return found
}

function isName(text: string): boolean {
  try {
    return parseRepository(text) === text
  } catch {
    return false
  }
}
