import { connectionTo, createConnector } from '../connection/open-registry.ts'
import { watchConnections } from '../connection/watch-connections.ts'
import { inCommandWords } from '../terminal/command-words.ts'
import { EXIT } from '../terminal/exit-code.ts'
import { Interruption, watchInterrupts } from '../terminal/interruption.ts'
import { createOutput, type Output, OutputClosed } from '../terminal/output.ts'
import { createPaint } from '../terminal/paint.ts'
import { createQuestions } from '../terminal/questions.ts'
import { takeWarnings } from '../terminal/runtime-warnings.ts'
import { type ProgressDisplay, showBars, showJsonLines, showLines } from '../terminal/show-progress.ts'
import { canAsk, canDraw, columnsOf } from '../terminal/terminal.ts'
import type { Context } from './context.ts'
import { reportFailure } from './report-failure.ts'
import type { Result } from './result.ts'
import type { Settings } from './settings.ts'

/**
 * Runs a command: makes its context, prints its result or its failure, and ends the process with its exit code. No
 * connection that is still open keeps the process.
 */
export async function runCommand(
  settings: Settings,
  act: (context: Context) => Promise<Result | undefined>,
): Promise<void> {
  const controller = new AbortController()
  const output = createOutput(canDraw(settings), (reason) => controller.abort(reason))
  const say = (kind: string, text: string) =>
    output.line(settings.json ? JSON.stringify({ [kind]: text }) : kind === 'note' ? text : `${kind}: ${text}`)
  let isServing = false
  const interruptions = watchInterrupts(controller, () => {
    if (!isServing) say('note', 'Interrupted. Cleaning up; press Ctrl-C again to end at once.')
  })
  const debug = settings.debug && ((line: string) => say('debug', line))
  takeWarnings((message) => say('warning', inCommandWords(message)), debug)
  const progress = chooseProgress(settings, output)
  let left = () => 'No incomplete files are left.'
  const context: Context = {
    settings,
    limits: settings.limit ?? {},
    signal: controller.signal,
    columns: columnsOf(settings),
    openRegistry: createConnector(settings, debug),
    connection: (address) => connectionTo(address, settings, debug),
    showProgress: progress.show,
    onWarning(message) {
      if (!settings.quiet) say('warning', inCommandWords(message))
    },
    note(text) {
      if (!settings.quiet && !settings.json) say('note', text)
    },
    ...createQuestions({
      isTerminal: canAsk(settings),
      signal: controller.signal,
      onInterrupt: () => interruptions.interrupt('SIGINT'),
      beforeQuestion() {
        progress.drop()
        output.live?.area.clear()
      },
    }),
    print: ({ json, lines }) => (settings.json ? output.json(json, { isLine: true }) : output.result(lines)),
    debug,
    async untilStopped() {
      const { signal } = controller
      signal.throwIfAborted()
      isServing = true
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      if (!(signal.reason instanceof Interruption)) throw signal.reason
    },
    writeBytes: output.bytes,
    onInterrupt(describe) {
      left = describe
    },
  }
  watchConnections(context.note)
  const exitCode = await complete((context) => act(context).finally(progress.drop), context, output).catch(
    async (error) => {
      const reason = controller.signal.aborted ? controller.signal.reason : error
      if (reason instanceof OutputClosed) return EXIT.closed
      return reportFailure(reason, settings, output, left)
    },
  )
  await interruptions.exit(exitCode, output.end)
}

/** Runs the command and prints its result. */
async function complete(
  act: (context: Context) => Promise<Result | undefined>,
  context: Context,
  output: Output,
): Promise<number> {
  const { settings } = context
  const result = await act(context)
  const { colorLine } = result ?? {}
  const paint = createPaint(settings)
  const color = colorLine && ((line: string) => colorLine(line, paint))
  if (result) await (settings.json ? output.json(result.json) : output.result(result.lines, color))
  return result?.exitCode ?? EXIT.done
}

function chooseProgress({ json, quiet }: Settings, { live, line }: Output): ProgressDisplay {
  if (quiet) return { show() {}, drop() {} }
  if (json) return showJsonLines(line)
  return live ? showBars(live.terminal, live.area) : showLines(line)
}
