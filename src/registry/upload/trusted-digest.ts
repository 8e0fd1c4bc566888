import { ResponseError } from '../../errors.ts'
import { digestOfSource, verifyDigest } from '../../oci/verify.ts'
import { askSession, cancelSession } from './session.ts'
import type { DigestTrust, Upload, UploadSession } from './upload-options.ts'

/**
 * Trusts the digests of blobs: no byte is hashed, unless the registry refuses. Most refuse wrong bytes by the code
 * `DIGEST_INVALID`, but not all: Quay by `BLOB_UPLOAD_INVALID`, Cloudflare's by 500.
 */
export const trustDigests: DigestTrust = {
  asHashed: ({ digest, size }) => ({
    createHasher: () => ({ update: () => undefined, digest: () => digest }),
    hashed: size,
  }),

  async verifyRefused(upload, session, error) {
    if (!(error instanceof ResponseError)) return
    const { status, errors } = error
    if (![400, 422, 500].includes(status) && !errors.some(({ code }) => code === 'DIGEST_INVALID')) return
    const { blob, repository, createHasher, signal } = upload
    const actual = await digestOfSource(blob.source, createHasher, signal)
    if (actual !== blob.digest && session) await cancelNewest(upload, session)
    verifyDigest(`the blob for "${repository}"`, blob.digest, actual)
  },
}

/** Distribution 3 keeps the bytes of the request that it refused, and then cancels by the newest location only. */
async function cancelNewest(upload: Upload, session: UploadSession): Promise<void> {
  const told = await askSession(upload, session).catch(() => undefined)
  if (told && told !== 'lost') await cancelSession(upload, { ...session, location: told.location })
}
