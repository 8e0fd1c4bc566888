/** The reason of the abort after Ctrl-C or SIGTERM. */
export class Interruption extends Error {
  override name = 'Interruption'
  /** 128 and the number of the signal, as shells count. */
  readonly exitCode: number

  constructor(exitCode: number) {
    super('Interrupted')
    this.exitCode = exitCode
  }
}

/** The signals that interrupt a command, with their exit codes. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Aborts a command at the first signal. A second one ends the process at once.
 *
 * @param onFirst Called at the first signal.
 * @returns the signal of the abort, and a function that stops listening
 */
export function watchInterrupts(onFirst: () => void): { controller: AbortController; stop: () => void } {
  const controller = new AbortController()
  const listeners = Object.entries(EXIT_CODES).map(([name, exitCode]) => {
    const listener = () => {
      if (controller.signal.aborted) process.exit(exitCode)
      onFirst()
      controller.abort(new Interruption(exitCode))
    }
    process.on(name, listener)
    return () => process.off(name, listener)
  })
  return {
    controller,
    stop() {
      for (const stop of listeners) stop()
    },
  }
}
