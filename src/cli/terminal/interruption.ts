/** The reason of the abort after Ctrl-C or SIGTERM. */
export class Interruption extends Error {
  override name = 'Interruption'
  /** 128 and the number of the signal, as shells count. */
  readonly exitCode: number
  readonly #begin = performance.now()

  constructor(exitCode: number) {
    super('Interrupted')
    this.exitCode = exitCode
  }

  /** True if the cleanup took as long as the SDK waits for a registry that is silent. */
  get wasSilent(): boolean {
    return performance.now() - this.#begin > SILENCE
  }
}

/** The signals that interrupt a command, with their exit codes. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type SignalName = keyof typeof EXIT_CODES

/** In milliseconds: the longest cleanup, and a cleanup without an answer. The SDK gives up after 5 and 5 seconds. */
const [LONGEST_CLEANUP, SILENCE] = [20_000, 4500]

/** The interruptions of a command. */
interface Interruptions {
  /** Interrupts the command as a signal does: at the first one it cleans up, at the second one the process ends. */
  interrupt(name: SignalName): void
  /** Ends the process with the exit code of the command, or by the signal that interrupted it. */
  exit(exitCode: number, end: () => Promise<void>): Promise<never>
}

/**
 * Aborts a command at the first signal. A second one ends the process at once.
 *
 * @param onFirst Called at the first signal.
 */
export function watchInterrupts(controller: AbortController, onFirst: () => void): Interruptions {
  let by: SignalName | undefined
  let done: number | undefined
  let timer: NodeJS.Timeout | undefined

  function interrupt(name: SignalName): void {
    if (done !== undefined) process.exit(done)
    if (by) endBy(name)
    by = name
    onFirst()
    timer = setTimeout(() => endBy(name), LONGEST_CLEANUP)
    controller.abort(new Interruption(EXIT_CODES[name]))
  }

  for (const name of Object.keys(EXIT_CODES) as SignalName[]) process.on(name, () => interrupt(name))
  return {
    interrupt,
    async exit(exitCode, end) {
      const isInterrupted = by !== undefined && exitCode === EXIT_CODES[by]
      if (!isInterrupted) done = exitCode
      await end()
      clearTimeout(timer)
      return isInterrupted ? endBy(by as SignalName) : process.exit(exitCode)
    },
  }
}

/**
 * Ends the process by a signal. A shell stops a loop only then: it takes a process that exits for one that has handled
 * the signal. And `process.exit` alone waits for system calls of other threads, such as the opening of a named pipe.
 */
function endBy(name: SignalName): never {
  process.once('exit', () => {
    process.removeAllListeners(name)
    // Windows has no signals: there it would end with 1.
    if (process.platform !== 'win32') process.kill(process.pid, name)
  })
  process.exit(EXIT_CODES[name])
}
