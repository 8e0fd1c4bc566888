import { CommanderError } from '@commander-js/extra-typings'
import type { Program } from './root.ts'

/**
 * Parses the arguments and runs the command that they name. The process ends with the exit code of the command.
 */
export async function start(program: Program, args: readonly string[]): Promise<void> {
  withExits(program)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version are printed by then. So is the help of a command that was called without one of its commands.
    if (error.exitCode === 0) return
    if (error.code === 'commander.help') {
      process.exitCode = 2
      return
    }
    const { reportUsage } = await import('../context/report-usage.ts')
    await reportUsage(error.message, args)
  }
}

/** Makes each command throw its errors, instead of printing them and ending the process. */
function withExits(command: Pick<Program, 'exitOverride' | 'configureOutput' | 'commands'>): void {
  command.exitOverride()
  command.configureOutput({ outputError: () => {} })
  for (const inner of command.commands) withExits(inner as unknown as Program)
}
