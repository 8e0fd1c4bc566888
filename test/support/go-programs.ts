import type { TestProject } from 'vitest/node'
import { type BuiltProgram, buildGoProgram, GO_PROGRAMS, type GoProgramName } from '../../scripts/find/go-program.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The programs that Go builds, or why they cannot be had here. */
    goPrograms: Readonly<Record<GoProgramName, BuiltProgram>>
  }
}

/** Builds what has not been built yet, one after the other: before any test, since no time-out of a test is long enough. */
export default async function setup(project: TestProject): Promise<void> {
  const built: Partial<Record<GoProgramName, BuiltProgram>> = {}
  for (const name of Object.keys(GO_PROGRAMS) as GoProgramName[]) {
    built[name] = await buildGoProgram(name)
    const { absence } = built[name]
    if (absence !== undefined) process.stderr.write(`${GO_PROGRAMS[name].title} is not tried, as ${absence}.\n`)
  }
  project.provide('goPrograms', built as Record<GoProgramName, BuiltProgram>)
}
