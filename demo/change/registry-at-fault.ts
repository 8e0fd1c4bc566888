import type { Fault } from '../../src/element/words/fault.ts'
import { hostOf } from '../shell/registry-name.tsx'

/**
 * Finds the registry that an error is about.
 *
 * @param registries The registries of the act, the likeliest first.
 */
export function registryAtFault(fault: Fault | undefined, ...registries: readonly string[]): string | undefined {
  const host = fault?.url && URL.canParse(fault.url) ? new URL(fault.url).host : undefined
  return registries.find((registry) => hostOf(registry) === host) ?? registries[0]
}
