import { rename, rm, writeFile } from 'node:fs/promises'
import { type DeletedContent, RegistryError } from '../../node/index.ts'

/**
 * Writes a new file for an undo. The plan is written before the first delete, so that an undo works after a kill too.
 *
 * @throws {RegistryError} if the file exists: it may be the undo of another delete
 */
export async function writeUndo(path: string, content: DeletedContent): Promise<void> {
  await saving(path, writeFile(path, format(content), { flag: 'wx' }))
}

/** Replaces the plan in the file with what was deleted. */
export async function replaceUndo(path: string, content: DeletedContent): Promise<void> {
  if (content.deletes.length === 0) return removeUndo(path)
  const draft = `${path}.${process.pid}.tmp`
  await saving(path, writeFile(draft, format(content)))
  await saving(path, rename(draft, path))
}

/** Removes the file. There is nothing to undo. */
export async function removeUndo(path: string): Promise<void> {
  await rm(path, { force: true })
}

function format(content: DeletedContent): string {
  return `${JSON.stringify(content, undefined, 2)}\n`
}

async function saving(path: string, act: Promise<void>): Promise<void> {
  return act.catch((cause) => {
    const exists = cause.code === 'EEXIST'
    const reason = exists ? 'it exists, and may be the undo of another delete' : cause.code
    throw new RegistryError('STORAGE_FAILED', `Cannot write the undo file "${path}": ${reason}`, {
      remedy: exists ? 'choose another name' : 'choose a path that you may write to',
      cause,
    })
  })
}
