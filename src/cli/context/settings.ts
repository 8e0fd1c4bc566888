/** The global options, as they are parsed. */
export interface Settings {
  readonly json?: true | undefined
  readonly quiet?: true | undefined
  readonly debug?: true | undefined
  /** False with `--no-tty`. */
  readonly tty: boolean
  readonly plainHttp?: true | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly insecure?: true | undefined
  /** In seconds. */
  readonly timeout?: number | undefined
}
