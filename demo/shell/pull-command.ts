import { isTrial } from '../worker/trial-address.ts'
import { hostOf } from './registry-name.tsx'

/**
 * Returns the line by which Docker pulls an image. It cannot pull from the trial registry.
 *
 * @param name The repository, with a tag or a digest if there is one: `team/app:v1`.
 */
export function pullCommand(registry: string, name: string): string | undefined {
  return isTrial(registry) ? undefined : `docker pull ${hostOf(registry)}/${name}`
}
