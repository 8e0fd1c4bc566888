import type { Checkpoint } from './checkpoint.ts'
import { openSession } from './open.ts'
import { cancelSession } from './session.ts'
import type { Upload, UploadSession } from './upload-options.ts'

/**
 * Begins an upload: mounts the blob where that works, else continues the upload of an earlier push, else opens one.
 */
export async function beginSession(
  upload: Upload,
  checkpoint: Checkpoint | undefined,
  mountFrom: string | undefined,
): Promise<UploadSession | 'mounted'> {
  if (mountFrom === undefined) return (await checkpoint?.find()) ?? (await openSession(upload, undefined))
  const opened = await openSession(upload, mountFrom)
  if (opened === 'mounted') return opened
  let found: UploadSession | undefined
  try {
    found = await checkpoint?.find()
  } catch (error) {
    await cancelSession(upload, opened)
    throw error
  }
  if (found) await cancelSession(upload, opened)
  return found ?? opened
}
