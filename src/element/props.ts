import type { RegistryPushEvents } from './events.ts'
import type { RegistryPush } from './registry-push.tsx'

/** The attributes, properties and listeners of `<registry-push>`, for its types in JSX and in templates. */
export type RegistryPushProps = {
  readonly [Name in 'registry' | 'repository' | 'tag' | 'lang' | 'queue']?: string | undefined
} & {
  readonly [Name in 'credentials' | 'imageLink' | 'pullCommand' | 'createWorker']?: RegistryPush[Name]
} & {
  readonly [Name in keyof RegistryPushEvents as `on${Name}`]?: ((event: RegistryPushEvents[Name]) => void) | undefined
}
