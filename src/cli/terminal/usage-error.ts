/** The command cannot be run as it was written: a fault of the arguments, known before anything is read or sent. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly remedy: string | undefined

  constructor(message: string, remedy?: string) {
    super(message)
    this.remedy = remedy
  }
}

/** The refusal of a path that exists, where `--force` is not given. */
export function existingFile(path: string): UsageError {
  return new UsageError(`Cannot write "${path}": it exists`, 'pass --force to replace it')
}
