import { connect } from '../connection/open-registry.ts'
import { describeFailure } from '../terminal/failure.ts'
import { watchInterrupts } from '../terminal/interruption.ts'
import { createOutput, failureDocument, formatFailure, type Output } from '../terminal/output.ts'
import { showJsonLines, showLines } from '../terminal/progress.ts'
import { UsageError } from '../terminal/usage-error.ts'
import type { Context } from './context.ts'
import type { Result } from './result.ts'
import type { Settings } from './settings.ts'

/** Runs a command: makes its context, prints its result or its failure, and sets the exit code of the process. */
export async function runCommand(
  settings: Settings,
  act: (context: Context) => Promise<Result | undefined>,
): Promise<void> {
  const output = createOutput()
  const { controller, stop } = watchInterrupts(() =>
    output.line('Interrupted. Cleaning up; press Ctrl-C again to end at once.'),
  )
  let left = () => 'Nothing half-made is left.'
  try {
    const context = createContext(settings, output, controller.signal, (say) => {
      left = say
    })
    const result = await act(context)
    if (!result) return
    await output.result(settings.json ? [JSON.stringify(result.json, undefined, 2)] : result.lines)
    process.exitCode = result.exitCode ?? 0
  } catch (error) {
    const failure = describeFailure(controller.signal.aborted ? controller.signal.reason : error)
    process.exitCode = failure.exitCode
    if (settings.json) await output.result([JSON.stringify(failureDocument(failure), undefined, 2)])
    for (const line of formatFailure(failure)) output.line(line)
    if (failure.kind === 'interrupted') output.line(`  ${left()}`)
  } finally {
    stop()
  }
}

function createContext(
  settings: Settings,
  output: Output,
  signal: AbortSignal,
  onInterrupt: Context['onInterrupt'],
): Context {
  const { json, quiet, debug } = settings
  return {
    settings,
    signal,
    openRegistry: (address) => connect(address, settings, debug && output.line),
    showProgress: quiet ? () => {} : json ? showJsonLines(output) : showLines(output),
    onWarning: (message) => output.line(json ? JSON.stringify({ warning: message }) : `warning: ${message}`),
    note(text) {
      if (!quiet && !json) output.line(text)
    },
    async confirm(question) {
      throw new UsageError(`Cannot ask "${question}": there is no terminal`, 'pass --yes')
    },
    onInterrupt,
  }
}
