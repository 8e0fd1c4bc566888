import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { type Bringing, bringBlob, withBringing } from './bring.ts'
import { controlOf, type PushControl } from './control.ts'
import { type KnownBlobs, type LookUpOptions, lookUp } from './look-up.ts'
import type { PushOptions } from './options.ts'
import type { ProgressTracker } from './progress.ts'
import type { Speed } from './speed.ts'
import type { Steered } from './steering.ts'

/** A blob, and the repositories that need it, each with its place in the progress. */
export interface AheadBlob {
  readonly content: Content
  readonly places: ReadonlyArray<{ readonly repository: string; readonly index: number }>
}

/** Looks for a blob, and sends it to the first of its repositories if none has it. */
export type SendAhead = (blob: AheadBlob, signal: AbortSignal) => Promise<void>

/** Sends blobs before the push is planned, which then finds them there: layers, while others are still compressed. */
export interface Ahead extends KnownBlobs {
  readonly control: PushControl
  readonly speed: Speed
  sending<T>(progress: ProgressTracker, use: (send: SendAhead) => Promise<T>): Promise<T>
}

export function createAhead(
  steered: Steered,
  options: PushOptions & Pick<LookUpOptions, 'mountFrom' | 'existing'>,
): Ahead {
  const holders = new Map<Digest, Map<string, 'present' | 'uploaded'>>()
  const { mountFrom, existing } = options

  async function send({ content, places }: AheadBlob, bringing: Bringing, signal: AbortSignal): Promise<void> {
    const { digest } = content
    const blobs = places.map(({ repository }) => ({ repository, kind: 'layer', content }) as const)
    const found = await lookUp(steered.registry, { blobs, tags: [] }, { mountFrom, existing, signal })
    const holds = new Map<string, 'present' | 'uploaded'>()
    for (const repository of found.blobs.get(digest) ?? []) holds.set(repository, 'present')
    const [first] = places
    // Where another repository has it, the plan mounts it.
    if (holds.size === 0 && first) {
      await bringBlob(content, first.index, first, bringing, signal)
      holds.set(first.repository, 'uploaded')
    }
    holders.set(digest, holds)
  }

  return {
    control: controlOf(options),
    speed: steered.speed,
    sending: (progress, use) =>
      withBringing(steered, progress, options, (bringing) => use((blob, signal) => send(blob, bringing, signal))),
    find: (digest) => holders.get(digest),
  }
}
