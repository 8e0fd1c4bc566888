import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { printable } from './text.ts'
import { UsageError } from './usage-error.ts'

/** Asks questions on a terminal. Answers come from stdin; questions go to stderr. */
export interface Questions {
  /**
   * Asks for a line of text.
   *
   * @param remedy What to pass instead if there is no terminal: `pass --username NAME`.
   * @throws {UsageError} without a terminal
   */
  ask(question: string, remedy: string): Promise<string>
  /** Asks for a line of text that the screen does not show, such as a password. Otherwise like `ask`. */
  askSecret(question: string, remedy: string): Promise<string>
  /** Asks a question whose answer is yes or no. No answer is no. @throws {UsageError} without a terminal */
  confirm(question: string): Promise<boolean>
}

/** Where questions are asked. */
interface QuestionSettings {
  readonly isTerminal: boolean
  /** Ends a question. */
  readonly signal: AbortSignal
  /** Called at Ctrl-C: while a line is read, the terminal sends no signal. */
  readonly onInterrupt: () => void
  /** Called before a question, to remove what is drawn. */
  readonly beforeQuestion: () => void
}

/** Creates the questions of a command. */
export function createQuestions(settings: QuestionSettings): Questions {
  return {
    ask: (question, remedy) => readLine(`${printable(question)} `, remedy, false, settings),
    askSecret: (question, remedy) => readLine(`${printable(question)} `, remedy, true, settings),
    async confirm(question) {
      const answer = await readLine(`${printable(question)} [y/N] `, 'pass --yes', false, settings)
      return /^y(es)?$/i.test(answer.trim())
    },
  }
}

/** Reads a line. The terminal is as it was before, whatever happens. */
async function readLine(
  prompt: string,
  remedy: string,
  isSecret: boolean,
  { isTerminal, signal, onInterrupt, beforeQuestion }: QuestionSettings,
): Promise<string> {
  if (!isTerminal) throw new UsageError(`Cannot ask "${prompt.trim()}": there is no terminal`, remedy)
  signal.throwIfAborted()
  beforeQuestion()
  const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 })
  // Not before the line above, which turns the echo of the terminal off.
  if (isSecret) process.stderr.write(prompt)
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('SIGINT', onInterrupt)
      // Ctrl-D, or the end of the terminal.
      lines.once('close', () => reject(new UsageError(`No answer to "${prompt.trim()}"`, remedy)))
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      lines.question(isSecret ? '' : prompt, resolve)
    })
  } finally {
    lines.close()
    if (isSecret) process.stderr.write('\n')
  }
}
