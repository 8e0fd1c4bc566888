import { ResponseError } from '../../errors.ts'
import type { StoredSession } from '../sessions/store.ts'
import { chunkLength } from './chunk.ts'
import { remedyFor } from './failure.ts'
import { askSession } from './session.ts'
import type { Upload, UploadSession } from './upload-options.ts'

/**
 * Asks the registry where a stored upload is: it may be further than what was noted, or not as far. Where it does not
 * tell, the note counts, and recovery does the rest.
 *
 * @returns nothing where the upload is lost, or of no use
 */
export async function locateStored(upload: Upload, stored: StoredSession): Promise<UploadSession | undefined> {
  const { tellsStatus, takesWholeOnly } = upload.registry.capabilities.current
  const noted = { location: new URL(stored.location), offset: stored.offset, isStored: true }
  const told = tellsStatus ? await askStored(upload, noted) : undefined
  if (told === 'lost') return undefined
  const { location, offset = noted.offset } = told ?? noted
  // 0 may be one byte. What takes blobs whole only takes no rest of one.
  const isUseful = !takesWholeOnly && offset > 0 && offset <= stored.size
  return isUseful ? { location, offset, isStored: true } : undefined
}

/** A refusal is no reason to fail where an upload from the start may work: the session may be that of another user. */
async function askStored(upload: Upload, session: UploadSession): ReturnType<typeof askSession> {
  try {
    return await askSession(upload, session)
  } catch (error) {
    if (isRefusal(error)) return 'lost'
    throw error
  }
}

/** Tells whether the registry would refuse again. After 401 another sign-in may help. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof ResponseError) || error.status === 401) return false
  return ['look', 'nothing'].includes(remedyFor(error, 'no bytes'))
}

/** Returns the known limits of the registry, for a push that opens no upload. */
export function limitsOf({ registry, chunkSize }: Upload): StoredSession['limits'] {
  const { current } = registry.capabilities
  const { minChunkSize, maxChunkSize, closesEmpty } = current
  const length = chunkLength(chunkSize, current)
  // A registry that requires chunks of one size requires them of the next push too, whatever its options are.
  if (closesEmpty) return { minChunkSize: length, maxChunkSize: length, closesEmpty }
  return { minChunkSize, closesEmpty, ...(Number.isFinite(maxChunkSize) && { maxChunkSize }) }
}

/** Learns what was known of the registry when the session was stored. */
export function recallLimits({ registry: { capabilities } }: Upload, { limits }: StoredSession): void {
  const { current } = capabilities
  capabilities.learn({
    minChunkSize: Math.max(current.minChunkSize, limits.minChunkSize),
    maxChunkSize: Math.min(current.maxChunkSize, limits.maxChunkSize ?? current.maxChunkSize),
    closesEmpty: current.closesEmpty || limits.closesEmpty,
  })
}
