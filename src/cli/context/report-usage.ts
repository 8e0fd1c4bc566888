import { createOutput } from '../terminal/output.ts'
import { UsageError } from '../terminal/usage-error.ts'
import { reportFailure } from './report-failure.ts'

/**
 * Reports arguments that cannot be parsed, and sets the exit code of the process.
 *
 * @param message The parser's message. It may end in a suggestion on a line of its own.
 * @param command The words of the command whose help explains it: `registry-client push`.
 */
export async function reportUsage(message: string, command: string, args: readonly string[]): Promise<void> {
  const [fault = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const hint = suggestion?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean "$1"? ') ?? ''
  await reportEarly(new UsageError(fault.replace(/\.$/, ''), `${hint}see ${command} --help`), args)
}

/** Reports a failure from before a command runs, and sets the exit code of the process. */
export async function reportEarly(error: unknown, args: readonly string[]): Promise<void> {
  const has = (flag: string) => args.includes(flag)
  const output = createOutput(false, () => {})
  process.exitCode = await reportFailure(error, { json: has('--json'), debug: has('--debug') }, output)
}
