import { type ErrorCode, RegistryError } from '../../node/index.ts'
import { EXIT, type ExitKind, KINDS } from './exit-code.ts'
import { Interruption } from './interruption.ts'
import { UsageError } from './usage-error.ts'

/** A failure as people and programs read it. */
export interface Failure {
  readonly exitCode: number
  readonly kind: ExitKind
  /** The code of the SDK's error, or `USAGE`, `INTERRUPTED` or `UNEXPECTED`. */
  readonly code: string
  /** The act, and the cause that stopped it. */
  readonly message: string
  readonly remedy: string | undefined
}

/** Remedies that are other ones in a terminal than in code. */
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  SIGN_IN_REQUIRED: 'sign in with "registry-client login"',
  CREDENTIALS_REFUSED: 'check the name and the password, and sign in again with "registry-client login"',
}

/** Describes an error. A fault of the program itself has the code `UNEXPECTED`. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof Interruption) {
    return {
      exitCode: error.exitCode,
      kind: 'interrupted',
      code: 'INTERRUPTED',
      message: 'Interrupted',
      remedy: undefined,
    }
  }
  if (error instanceof UsageError) {
    return { exitCode: EXIT.usage, kind: 'usage', code: 'USAGE', message: error.message, remedy: error.remedy }
  }
  if (error instanceof RegistryError) {
    const kind = KINDS[error.code]
    return {
      exitCode: EXIT[kind],
      kind,
      code: error.code,
      message: error.fault,
      remedy: REMEDIES[error.code] ?? error.remedy,
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  const remedy = 'this is a fault of registry-client: please report it, with the output of --debug'
  return { exitCode: EXIT.failed, kind: 'failed', code: 'UNEXPECTED', message, remedy }
}
