import type { Registry } from '../../node/index.ts'
import type { ShowProgress } from '../terminal/progress.ts'
import type { Settings } from './settings.ts'

/** The surroundings of a command: its settings, registries, progress and questions. */
export interface Context {
  readonly settings: Settings
  /** Aborted by Ctrl-C, by SIGTERM, and when nobody reads stdout any more. */
  readonly signal: AbortSignal
  /** Opens a registry with the credentials that `login` or `docker login` stored, and the connection options. */
  openRegistry(address: string): Promise<Registry>
  /** Shows the progress of long work. */
  readonly showProgress: ShowProgress
  /** Prints a warning. */
  readonly onWarning: (message: string) => void
  /** Prints a note for people. `--quiet` and `--json` leave it out. */
  note(text: string): void
  /**
   * Asks a question whose answer is yes or no.
   *
   * @throws {UsageError} without a terminal
   */
  confirm(question: string): Promise<boolean>
  /** Sets a function that describes the rest that stays if the command is interrupted now. @default nothing stays */
  onInterrupt(say: () => string): void
}
