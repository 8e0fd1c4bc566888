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
  const [text = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const [plain = '', advice] = text.replace(/\.$/, '').split(' is invalid. ')
  const fault = plain.replaceAll(/'([^'"]*)'/g, '"$1"')
  const asked = suggestion?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean "$1"?')
  const hint = asked ?? (advice && `${advice.charAt(0).toLowerCase()}${advice.slice(1)}.`)
  const sentence = `${fault.charAt(0).toUpperCase()}${fault.slice(1)}${advice === undefined ? '' : ' is invalid'}`
  const remedy = hint === undefined ? `see ${command} --help` : `${hint} See ${command} --help`
  await reportEarly(new UsageError(sentence, remedy), args)
}

/** Reports a failure from before a command runs, and sets the exit code of the process. */
export async function reportEarly(error: unknown, args: readonly string[]): Promise<void> {
  const has = (flag: string) => args.includes(flag)
  const output = createOutput(false, () => {})
  process.exitCode = await reportFailure(error, { json: has('--json'), debug: has('--debug') }, output)
}
