import type { CommanderError } from '@commander-js/extra-typings'
import type { Program } from './root.ts'

/** A command as this file needs it. */
type AnyCommand = Pick<Program, 'name' | 'exitOverride' | 'configureOutput'> & { readonly commands: readonly unknown[] }

/** Arguments that cannot be parsed, and the words of the command that they were for. */
class ParseError extends Error {
  readonly fault: CommanderError
  readonly command: string

  constructor(fault: CommanderError, command: string) {
    super(fault.message)
    this.fault = fault
    this.command = command
  }
}

/** Parses the arguments and runs the command that they name. The process ends with the exit code of the command. */
export async function start(program: Program, args: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithoutReader)
  process.stderr.on('error', () => {})
  const isJson = args.includes('--json')
  withExits(program, program.name(), isJson)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    // Help and version are printed by then. So is the help of a command that was called without one of its commands.
    if (error instanceof ParseError && error.fault.exitCode === 0) return
    const isIncomplete = error instanceof ParseError && error.fault.code === 'commander.help'
    if (isIncomplete && !isJson) {
      process.exitCode = 2
      return
    }
    const { reportEarly, reportUsage } = await import('../context/report-usage.ts')
    if (isIncomplete) await reportUsage('missing command', error.command, args)
    else if (error instanceof ParseError) await reportUsage(error.message, error.command, args)
    else await reportEarly(error, args)
  }
}

/**
 * Makes each command throw its errors, instead of printing them and ending the process.
 *
 * @param isJson True if stderr has lines of JSON, and no help.
 */
function withExits(command: AnyCommand, words: string, isJson: boolean): void {
  command.exitOverride((error) => {
    throw new ParseError(error, words)
  })
  command.configureOutput({ outputError: () => {}, ...(isJson && { writeErr: () => {} }) })
  for (const inner of command.commands as readonly AnyCommand[]) withExits(inner, `${words} ${inner.name()}`, isJson)
}

/** Sets the exit code if nobody reads the help (141, as after SIGPIPE), or if it cannot be written. */
function endWithoutReader({ code }: NodeJS.ErrnoException): void {
  process.exitCode = code === 'EPIPE' ? 141 : 1
  if (code !== 'EPIPE') process.stderr.write(`error: Cannot write to stdout: ${code}\n`)
}
