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

/** In milliseconds: the longest cleanup, and a cleanup without an answer. The SDK gives up after 5 and 5 seconds. */
const [LONGEST_CLEANUP, SILENCE] = [20_000, 4500]

/** The interruptions of a command. */
interface Interruptions {
  /** Interrupts the command as a signal does: at the first one it cleans up, at the second one the process ends. */
  interrupt(name: keyof typeof EXIT_CODES): void
  /** Takes the command as done. A signal ends the process at once then, with the exit code of the command. */
  finish(exitCode: number): void
}

/**
 * Aborts a command at the first signal. A second one ends the process at once.
 *
 * @param onFirst Called at the first signal.
 */
export function watchInterrupts(controller: AbortController, onFirst: () => void): Interruptions {
  let isInterrupted = false
  let done: number | undefined
  let timer: NodeJS.Timeout | undefined

  function interrupt(name: keyof typeof EXIT_CODES): void {
    const exitCode = EXIT_CODES[name]
    if (isInterrupted || done !== undefined) process.exit(done ?? exitCode)
    isInterrupted = true
    onFirst()
    timer = setTimeout(() => process.exit(exitCode), LONGEST_CLEANUP)
    controller.abort(new Interruption(exitCode))
  }

  for (const name of Object.keys(EXIT_CODES) as Array<keyof typeof EXIT_CODES>) process.on(name, () => interrupt(name))
  return {
    interrupt,
    finish(exitCode) {
      clearTimeout(timer)
      done = exitCode
    },
  }
}
