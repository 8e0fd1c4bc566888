import type { CompressOptions } from '../compress/compress-options.ts'
import type { PlatformSelection } from '../images/platform-selection.ts'
import type { PushNaming } from './plan/naming.ts'
import type { PlanOptions } from './plan-push.ts'
import type { PushOptions } from './push-options.ts'

/** The options of `pushImage`: those of planning, of compressing and of sending. */
export interface PushImageOptions
  extends PushOptions,
    PlatformSelection,
    CompressOptions,
    Pick<PushNaming, 'tags'>,
    Pick<PlanOptions, 'mountFrom' | 'existing' | 'foreignLayers' | 'lookups'> {}
