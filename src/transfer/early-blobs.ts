import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type KnownBlobs, type LookUpOptions, lookUp } from './plan/look-up.ts'
import { sendBlob, type Uploader } from './send-blob.ts'

/** A blob, and the repositories that need it, each with its index in the progress. */
interface EarlyBlob {
  readonly content: Content
  readonly places: ReadonlyArray<{ readonly repository: string; readonly index: number }>
}

/** Sends blobs before the push is planned, which then finds them there: layers, while others are still compressed. */
export interface EarlyBlobs extends KnownBlobs {
  /** Looks for a blob, and sends it to the first of its repositories if none has it. */
  send(blob: EarlyBlob, signal: AbortSignal): Promise<void>
}

export function createEarlyBlobs(
  uploader: Uploader,
  { mountFrom, existing }: Pick<LookUpOptions, 'mountFrom' | 'existing'>,
): EarlyBlobs {
  const holders = new Map<Digest, Map<string, 'present' | 'uploaded'>>()
  return {
    async send({ content, places }, signal) {
      const { digest } = content
      const blobs = places.map(({ repository }) => ({ repository, kind: 'layer', content }) as const)
      const found = await lookUp(uploader.registry, { blobs, tags: [] }, { mountFrom, existing, signal })
      const holds = new Map<string, 'present' | 'uploaded'>()
      for (const repository of found.blobs.get(digest) ?? []) holds.set(repository, 'present')
      const [first] = places
      // Where another repository has it, the plan mounts it.
      if (holds.size === 0 && first) {
        await sendBlob(content, first.index, first, uploader, signal)
        holds.set(first.repository, 'uploaded')
      }
      holders.set(digest, holds)
    },
    find: (digest) => holders.get(digest),
  }
}
