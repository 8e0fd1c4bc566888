import { execFileSync } from 'node:child_process'
import { describe, inject, it } from 'vitest'
import { GO_PROGRAMS } from '../../scripts/find/go-program.js'
import { bringRegistryBinary } from '../../scripts/find/registry-binary.js'
import { type Distribution, type DistributionOptions, startDistribution } from './distribution.ts'
import { startZot } from './zot.ts'

/** A registry as people run it, that a test can start. */
export interface RealRegistry {
  /** With its version: `distribution 3.1.2`. */
  readonly title: string
  /** What it is called where its ways are known. */
  readonly profile: 'distribution-2' | 'distribution-3' | 'zot'
  /** Why it cannot be had here. */
  readonly absence: string | undefined
  start(options?: RealRegistryOptions): Promise<Distribution>
}

/** Both kinds of distribution, and zot. */
export const ALL = ['distribution-2', 'distribution-3', 'zot'] as const
export const DISTRIBUTIONS = ['distribution-2', 'distribution-3'] as const

/** Distribution's, and zot's own. */
export interface RealRegistryOptions extends DistributionOptions {
  /** Whether zot has a blob in all its repositories once it is in one. @default false */
  readonly dedupes?: boolean
}

/** All that there are. */
const REAL_REGISTRIES: readonly RealRegistry[] = [
  ofThisMachine(),
  built('distribution-3', (binary, options) => startDistribution({ ...options, binary })),
  built('zot', startZot),
]

/**
 * Describes something of every real registry that can be had; of others it is skipped, and said why.
 *
 * @param title `{}` is where the registry's own title goes.
 */
export function describeReal(
  title: string,
  profiles: ReadonlyArray<RealRegistry['profile']>,
  define: (registry: RealRegistry) => void,
): void {
  for (const registry of REAL_REGISTRIES) {
    if (!profiles.includes(registry.profile)) continue
    describe(title.replace('{}', registry.title), () => {
      if (registry.absence === undefined) define(registry)
      else it.skip(`is not tried, as ${registry.absence}`, () => {})
    })
  }
}

/** Debian's, which is 2. */
function ofThisMachine(): RealRegistry {
  const binary = bringRegistryBinary()
  const told = binary && execFileSync(binary, ['--version'], { encoding: 'utf8' })
  const version = / v?([0-9]+\.[0-9]+\.[0-9]+)/.exec(told ?? '')?.[1]
  const absence = version === undefined ? 'none is here' : `what is here is ${version}`
  return {
    title: version?.startsWith('2.') ? `distribution ${version}` : 'distribution 2',
    profile: 'distribution-2',
    absence: version?.startsWith('2.') ? undefined : absence,
    start: startDistribution,
  }
}

function built(
  name: 'distribution-3' | 'zot',
  start: (binary: string, options?: RealRegistryOptions) => Promise<Distribution>,
): RealRegistry {
  const { path, absence } = inject('goPrograms')[name]
  return {
    title: GO_PROGRAMS[name].title,
    profile: name,
    absence,
    async start(options) {
      if (path === undefined) throw new Error(`${GO_PROGRAMS[name].title} cannot be had, as ${absence}.`)
      return start(path, options)
    },
  }
}
