import type { ReadOptions } from '../archive/read-options.ts'
import type { PlatformChoice } from '../images/choose-image.ts'
import type { PlatformSelection } from '../images/platform-selection.ts'
import type { PushNaming } from '../transfer/plan/naming.ts'
import type { PlanOptions } from '../transfer/plan-push.ts'
import type { PushOptions } from '../transfer/push-options.ts'

/**
 * The options of `pushStream`: those of a push that make sense for bytes that come once. `chunkSize` is at most 16 MiB,
 * and every byte is hashed, whatever `hashing` says. `image`, `platform` and `platforms` choose the manifests that are
 * put; the blobs of all others are sent, too.
 */
export interface PushStreamOptions
  extends Omit<PushOptions, 'sessions' | 'compressions'>,
    Omit<ReadOptions, 'entry' | 'onOpenProgress'>,
    PlatformSelection,
    PlatformChoice,
    Pick<PushNaming, 'tags' | 'rename'>,
    Pick<PlanOptions, 'mountFrom' | 'existing' | 'foreignLayers' | 'lookups'> {}
