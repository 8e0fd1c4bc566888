import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { controlOf, type PushControl } from './control/controller.ts'
import type { ProgressTracker } from './control/progress.ts'
import type { Speed } from './control/speed.ts'
import type { ControlledRegistry } from './controlled-registry.ts'
import { type KnownBlobs, type LookUpOptions, lookUp } from './look-up.ts'
import type { PushOptions } from './push-options.ts'
import { sendBlob, type Uploader, withUploader } from './send-blob.ts'

/** A blob, and the repositories that need it, each with its place in the progress. */
export interface EarlyBlob {
  readonly content: Content
  readonly places: ReadonlyArray<{ readonly repository: string; readonly index: number }>
}

/** Looks for a blob, and sends it to the first of its repositories if none has it. */
export type SendEarly = (blob: EarlyBlob, signal: AbortSignal) => Promise<void>

/** Sends blobs before the push is planned, which then finds them there: layers, while others are still compressed. */
export interface EarlyBlobs extends KnownBlobs {
  readonly control: PushControl
  readonly speed: Speed
  sending<T>(progress: ProgressTracker, use: (send: SendEarly) => Promise<T>): Promise<T>
}

export function createEarlyBlobs(
  controlled: ControlledRegistry,
  options: PushOptions & Pick<LookUpOptions, 'mountFrom' | 'existing'>,
): EarlyBlobs {
  const holders = new Map<Digest, Map<string, 'present' | 'uploaded'>>()
  const { mountFrom, existing } = options

  async function send({ content, places }: EarlyBlob, uploader: Uploader, signal: AbortSignal): Promise<void> {
    const { digest } = content
    const blobs = places.map(({ repository }) => ({ repository, kind: 'layer', content }) as const)
    const found = await lookUp(controlled.registry, { blobs, tags: [] }, { mountFrom, existing, signal })
    const holds = new Map<string, 'present' | 'uploaded'>()
    for (const repository of found.blobs.get(digest) ?? []) holds.set(repository, 'present')
    const [first] = places
    // Where another repository has it, the plan mounts it.
    if (holds.size === 0 && first) {
      await sendBlob(content, first.index, first, uploader, signal)
      holds.set(first.repository, 'uploaded')
    }
    holders.set(digest, holds)
  }

  return {
    control: controlOf(options),
    speed: controlled.speed,
    sending: (progress, use) =>
      withUploader(controlled, progress, options, (uploader) => use((blob, signal) => send(blob, uploader, signal))),
    find: (digest) => holders.get(digest),
  }
}
