import type { TestProject } from 'vitest/node'
import { startRegistry } from '../../scripts/find/registry.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A real registry for all suites of a run. */
    registryUrl: string
  }
}

/** Brings a real registry for the run, and ends it afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const registry = await startRegistry()
  project.provide('registryUrl', registry.url)
  return registry.stop
}
