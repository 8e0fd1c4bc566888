import type { Bookmark } from './bookmark.ts'
import { openSession } from './open.ts'
import type { Upload } from './options.ts'
import { cancelSession, type UploadSession } from './session.ts'

/** Begins an upload: mounts the blob where that works, else goes on with the upload of an earlier push, else opens one. */
export async function beginSession(
  upload: Upload,
  bookmark: Bookmark | undefined,
  mountFrom: string | undefined,
): Promise<UploadSession | 'mounted'> {
  if (mountFrom === undefined) return (await bookmark?.find()) ?? (await openSession(upload, undefined))
  const opened = await openSession(upload, mountFrom)
  if (opened === 'mounted') return opened
  let found: UploadSession | undefined
  try {
    found = await bookmark?.find()
  } catch (error) {
    await cancelSession(upload, opened)
    throw error
  }
  if (found) await cancelSession(upload, opened)
  return found ?? opened
}
