import { describeFailure } from '../terminal/failure.ts'
import { createOutput, failureDocument, formatFailure } from '../terminal/output.ts'
import { UsageError } from '../terminal/usage-error.ts'

/** Reports arguments that cannot be parsed, and sets the exit code of the process. */
export async function reportUsage(message: string, args: readonly string[]): Promise<void> {
  const output = createOutput(false, () => {})
  const remedy = 'see registry-client --help'
  const failure = describeFailure(new UsageError(message.replace(/^error: /, '').replaceAll('\n', ' '), remedy))
  process.exitCode = failure.exitCode
  if (args.includes('--json')) await output.json(failureDocument(failure))
  for (const line of formatFailure(failure)) output.line(line)
}
