import type { ConnectionSettings } from '../connection/open-registry.ts'

/** The global options, as they are parsed. */
export interface Settings extends ConnectionSettings {
  readonly json?: true | undefined
  readonly quiet?: true | undefined
  readonly debug?: true | undefined
  /** False with `--no-tty`. */
  readonly tty: boolean
  /** Limits of archives and images, by their names in the SDK. */
  readonly limit?: Readonly<Record<string, number>> | undefined
}
