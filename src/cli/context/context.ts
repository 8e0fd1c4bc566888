import type { Credentials, ProvideCredentials, Registry } from '../../node/index.ts'
import type { Connection } from '../connection/open-registry.ts'
import type { Questions } from '../terminal/questions.ts'
import type { ShowProgress } from '../terminal/show-progress.ts'
import type { Result } from './result.ts'
import type { Settings } from './settings.ts'

/** The surroundings of a command: its settings, registries, progress and questions. */
export interface Context extends Questions {
  readonly settings: Settings
  /** The limits of archives and images that `--limit` sets: the option `limits` of what reads them. */
  readonly limits: Readonly<Record<string, number>>
  /** Aborted by Ctrl-C, by SIGTERM, and when nobody reads stdout any more. */
  readonly signal: AbortSignal
  /** The width of the terminal that shows stdout. Absent in a pipe, where nothing is cut. */
  readonly columns: number | undefined
  /**
   * Opens a registry with the connection options.
   *
   * @param credentials The credentials. The default are those that `login` or `docker login` stored.
   */
  openRegistry(address: string, credentials?: Credentials | ProvideCredentials): Promise<Registry>
  /** Reads the connection options for a registry, for functions of the SDK that open it themselves. */
  connection(address: string): Promise<Connection>
  /** Shows the progress of long work: the `onProgress` and `onOpenProgress` of every function of the SDK. */
  readonly showProgress: ShowProgress
  /** Prints a warning. */
  readonly onWarning: (message: string) => void
  /** Prints a note for people. `--quiet` and `--json` leave it out. */
  note(text: string): void
  /** Prints a result now, for a command that continues: a document as one line, for which a script can wait. */
  print(result: Result): Promise<void>
  /** Prints a line for `--debug`. Absent without it. */
  readonly debug: ((line: string) => void) | undefined
  /**
   * Waits for Ctrl-C or SIGTERM, which are the regular end of a server. They are not reported as an interruption.
   *
   * @throws the reason of any other abort
   */
  untilStopped(): Promise<void>
  /** Writes bytes to stdout, for a command whose result is the content of a file. A terminal gets text alone. */
  writeBytes(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>
  /** Sets a function that describes the rest that stays if the command is interrupted now. @default nothing stays */
  onInterrupt(say: () => string): void
}
