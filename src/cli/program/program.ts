import { addArtifactCommands } from './artifacts.ts'
import { addBuildCommands } from './build.ts'
import { addChangeCommands } from './change.ts'
import { addCompletionCommands } from './completion.ts'
import { addLookCommands } from './look.ts'
import { addRegistryCommands } from './registry.ts'
import { createRoot, type Program } from './root.ts'
import { addTransferCommands } from './transfer.ts'

/** The groups of commands, in the order of the help. */
const GROUPS = [
  addTransferCommands,
  addLookCommands,
  addChangeCommands,
  addBuildCommands,
  addArtifactCommands,
  addRegistryCommands,
  addCompletionCommands,
]

/**
 * Defines the command: names, arguments, options and help of everything that it does. The help, the completion and the
 * reference in docs/cli.md come from here. What a command does is loaded when it runs.
 */
export function createProgram(): Program {
  const program = createRoot()
  for (const addCommands of GROUPS) addCommands(program)
  return program
}
