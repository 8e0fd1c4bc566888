import { dropUnfinishedUpload, folderSessions, RegistryError, type UnfinishedUpload } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { EXIT } from '../terminal/exit-code.ts'
import { findUploads, formatUpload, uploadTable } from '../transfer/unfinished-uploads.ts'

/** An upload that was dropped. */
interface DroppedUpload extends UnfinishedUpload {
  /** False if the registry does not know the upload any more, or cancels no uploads. */
  readonly isCancelled: boolean
}

/** Cancels unfinished uploads at their registries, and forgets them. */
export async function uploadsDrop(
  context: Context,
  places: readonly string[],
  { yes }: { readonly yes?: true | undefined },
): Promise<Result> {
  const uploads = await findAll(context, places)
  if (!yes) {
    for (const line of uploadTable(uploads, context.columns)) context.note(line)
    if (!(await context.confirm(`Drop ${uploads.length === 1 ? 'this upload' : `these ${uploads.length} uploads`}?`))) {
      context.note('Nothing was dropped.')
      return { ...resultOf([]), exitCode: EXIT.failed }
    }
  }
  const { signal } = context
  const sessions = folderSessions()
  const dropped: DroppedUpload[] = []
  context.onInterrupt(() => `${dropped.length} of ${uploads.length} uploads were dropped.`)
  try {
    for (const upload of uploads) {
      const registry = await context.openRegistry(upload.registry)
      const isCancelled = await dropUnfinishedUpload(registry, sessions, upload, { signal })
      if (!isCancelled)
        context.note(`The registry did not cancel ${formatUpload(upload)}: it removes old uploads itself.`)
      dropped.push({ ...upload, isCancelled })
    }
  } catch (error) {
    // An interruption says it by itself.
    if (!signal.aborted) context.note(`${dropped.length} of ${uploads.length} uploads were dropped.`)
    throw error
  }
  return resultOf(dropped)
}

/** Finds the uploads at all places, each once. */
async function findAll(context: Context, places: readonly string[]): Promise<readonly UnfinishedUpload[]> {
  const uploads = new Map<string, UnfinishedUpload>()
  for (const place of places) {
    const found = await findUploads(context, place)
    if (found.length === 0) {
      throw new RegistryError('NOT_FOUND', `Cannot drop uploads at "${place}": there is no unfinished upload`, {
        remedy: 'run "registry-client uploads" to list all',
      })
    }
    for (const upload of found) uploads.set(formatUpload(upload), upload)
  }
  return [...uploads.values()]
}

function resultOf(dropped: readonly DroppedUpload[]): Result {
  return { json: { dropped }, lines: dropped.map((upload) => `dropped ${formatUpload(upload)}`) }
}
