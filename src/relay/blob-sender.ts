import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { Source } from '../source/source.ts'
import type { TarEntry } from '../tar/entries.ts'
import { type KnownBlobs, type LookUpOptions, lookUp } from '../transfer/plan/look-up.ts'
import { sendBlob, type Uploader } from '../transfer/send-blob.ts'
import { createBlobDigest } from './blob-digest.ts'
import { claimIn } from './claimed-digest.ts'
import type { RelayProgress } from './relay-progress.ts'

/** Sends the blobs of a stream as they come, one after the other. */
export interface BlobSender {
  /** The blobs that the repository has by now. */
  readonly known: KnownBlobs
  /**
   * Brings a blob into the repository: passes over its bytes if the repository has it, mounts it, or uploads it.
   *
   * @returns the digest of its bytes
   * @throws {DigestMismatchError} if its path names another digest, by which the registry has a blob
   */
  send(entry: TarEntry, source: Source): Promise<Digest>
}

/** Where blobs are sent, and how. */
interface Sending {
  readonly uploader: Uploader
  readonly repository: string
  readonly progress: RelayProgress
  readonly signal: AbortSignal
}

/** The media type of a blob is unknown before the manifests come. */
const MEDIA_TYPE = 'application/octet-stream'
/** Stands for a digest that is not known yet. */
const UNKNOWN: Digest = 'sha256:'

export function createBlobSender(
  { uploader, repository, progress, signal }: Sending,
  { mountFrom, existing }: Pick<LookUpOptions, 'mountFrom' | 'existing'>,
): BlobSender {
  const states = new Map<Digest, 'present' | 'uploaded'>()

  /** Finds a repository that has a blob: this one, or another one of the registry. */
  async function findHolder(content: Content): Promise<string | undefined> {
    if (states.has(content.digest)) return repository
    const needs = { blobs: [{ repository, kind: 'layer', content } as const], tags: [] }
    const { blobs } = await lookUp(uploader.registry, needs, { mountFrom, existing, signal })
    const [holder] = blobs.get(content.digest) ?? []
    return holder
  }

  return {
    known: {
      find(digest) {
        const state = states.get(digest)
        return state && new Map([[repository, state]])
      },
    },

    async send({ path }, source) {
      const { size } = source
      const blobDigest = createBlobDigest(source, uploader.upload.createHasher)
      const claim = claimIn(path)
      const claimed = claim && { mediaType: MEDIA_TYPE, digest: claim.digest, size, source }
      const holder = claimed && (await findHolder(claimed))
      // Digits that are no digest of a blob in the registry may stand for something else.
      const expected = claim && (claim.isCertain || holder !== undefined) ? claim.digest : undefined
      const content = {
        mediaType: MEDIA_TYPE,
        size,
        source,
        get digest() {
          return expected ?? blobDigest.known ?? UNKNOWN
        },
      }
      const index = progress.begin({ mediaType: MEDIA_TYPE, digest: content.digest, size, repository, kind: 'layer' })
      let state: 'present' | 'uploaded' = 'present'
      if (holder === repository) progress.tracker.blob(index, state, size)
      else {
        const upload = { ...uploader.upload, createHasher: blobDigest.createHasher }
        const place = { repository, ...(holder !== undefined && { mountFrom: holder }) }
        await sendBlob(content, index, place, { ...uploader, upload }, signal)
        state = 'uploaded'
      }
      const digest = await blobDigest.finish()
      if (expected) verifyDigest(`file ${JSON.stringify(path)}`, expected, digest)
      progress.end(index, digest, state)
      if (!states.has(digest)) states.set(digest, state)
      return digest
    },
  }
}
