import type { Compression } from '../../node/index.ts'
import type { DestinationFlags } from './destinations.ts'

/** The flags that decide what a push sends. */
export interface PushFlags extends DestinationFlags {
  readonly platform?: readonly string[] | undefined
  readonly compress?: Compression | undefined
  readonly mountFrom?: readonly string[] | undefined
  readonly foreignLayers?: true | undefined
  readonly entry?: string | undefined
}
