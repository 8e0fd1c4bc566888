import { describeFailure } from '../terminal/failure.ts'
import { Interruption } from '../terminal/interruption.ts'
import { failureDocument, formatFailure, type Output } from '../terminal/output.ts'

const SILENT = 'The registry did not answer in time: an unfinished upload may stay there until it expires.'

/**
 * Prints a failure: its document with `--json`, otherwise its lines to stderr. The document goes to stdout, or to
 * stderr if stdout takes no more or has the beginning of an array.
 *
 * @param left Describes what stays after an interruption.
 * @returns its exit code
 */
export async function reportFailure(
  error: unknown,
  { json, debug }: { readonly json?: boolean | undefined; readonly debug?: boolean | undefined },
  output: Output,
  left: () => string = () => '',
): Promise<number> {
  const failure = describeFailure(error)
  if (json) {
    const document = failureDocument(failure)
    const isPrinted =
      !output.isUnfinished &&
      (await output.json(document).then(
        () => true,
        () => false,
      ))
    if (!isPrinted) output.line(JSON.stringify(document))
  } else {
    for (const line of formatFailure(failure)) output.line(line)
    if (error instanceof Interruption) output.line(`  ${error.wasSilent ? SILENT : left()}`)
  }
  if (debug && error instanceof Error) {
    const lines = json ? [JSON.stringify({ debug: error.stack })] : `${error.stack}`.split('\n')
    for (const line of lines) output.line(line)
  }
  return failure.exitCode
}
