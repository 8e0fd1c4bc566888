import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import type { Settings } from '../context/settings.ts'

/**
 * Runs a command with the global options, and prints its result.
 *
 * @param command The parsed command.
 * @param act What the command does. It resolves to its result, or to nothing if it has printed it.
 */
export async function run(
  command: { optsWithGlobals(): Settings },
  act: (context: Context) => Promise<Result | undefined>,
): Promise<void> {
  const { runCommand } = await import('../context/run-command.ts')
  await runCommand(command.optsWithGlobals(), act)
}
