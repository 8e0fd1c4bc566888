import type { Content } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { KnownBlobs } from './plan/look-up.ts'
import type { PushPlan } from './plan/plan.ts'
import type { Uploader } from './send-blob.ts'

/** A plan, and what it is executed with. */
export interface Execution {
  readonly plan: PushPlan
  /** The bytes of all that is sent. */
  readonly contents: ReadonlyMap<Digest, Content>
  readonly uploader: Uploader
  /** The blobs that were sent before the plan was made. */
  readonly known?: KnownBlobs | undefined
  /** The blobs of the plan that the registry may have, by their index. @default none */
  readonly unasked?: ReadonlySet<number> | undefined
}
