import type { TestProject } from 'vitest/node'
import {
  type BuiltRegistry,
  buildGoRegistry,
  GO_REGISTRIES,
  type GoRegistryName,
} from '../../scripts/find/go-registry.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The registries that Go builds, or why they cannot be had here. */
    goRegistries: Readonly<Record<GoRegistryName, BuiltRegistry>>
  }
}

/** Builds what has not been built yet, one after the other: before any test, since no time-out of a test is long enough. */
export default async function setup(project: TestProject): Promise<void> {
  const built: Partial<Record<GoRegistryName, BuiltRegistry>> = {}
  for (const name of Object.keys(GO_REGISTRIES) as GoRegistryName[]) {
    built[name] = await buildGoRegistry(name)
    const { absence } = built[name]
    if (absence !== undefined) process.stderr.write(`${GO_REGISTRIES[name].title} is not tried, as ${absence}.\n`)
  }
  project.provide('goRegistries', built as Record<GoRegistryName, BuiltRegistry>)
}
