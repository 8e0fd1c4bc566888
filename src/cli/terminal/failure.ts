import { RegistryError, ResponseError } from '../../node/index.ts'
import { inCommandWords } from './command-words.ts'
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
    const remedy = listOfNames(error) ?? (error.remedy && inCommandWords(error.remedy))
    return { exitCode: EXIT[kind], kind, code: error.code, message: inCommandWords(error.fault), remedy }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (isWrongValue(error, message)) {
    return { exitCode: EXIT.usage, kind: 'usage', code: 'USAGE', message: inCommandWords(message), remedy: undefined }
  }
  const remedy = 'this is a fault of registry-client: please report it, with the output of --debug'
  return { exitCode: EXIT.failed, kind: 'failed', code: 'UNEXPECTED', message, remedy }
}

/** Returns the remedy for a tag or a repository that the registry lacks: the command that lists those it has. */
function listOfNames(error: RegistryError): string | undefined {
  if (!(error instanceof ResponseError) || error.code !== 'NOT_FOUND') return undefined
  const [, address = '', repository = '', what] = TAG_OR_TAGS.exec(error.url) ?? []
  // Docker Hub has another host in references, and does not list its repositories.
  const host = address === 'https://registry-1.docker.io' ? 'docker.io' : address.replace(DEFAULT_SCHEME, '')
  if (what === undefined || (what === 'tags' && host === 'docker.io')) return undefined
  const list = what === 'tags' ? `"registry-client repos ${host}"` : `"registry-client tags ${host}/${repository}"`
  return `check the name: ${list} lists what there is; some registries hide a repository from users without access`
}

/** Matches the URLs of manifests and of lists of tags. A registry below a path has no reference. */
const TAG_OR_TAGS = /^(https?:\/\/[^/]+)\/v2\/([a-z0-9._/-]+)\/(manifests|tags)\/[^/]*$/

/** Matches the scheme that a reference does not need: http is the default of this machine. */
const DEFAULT_SCHEME = /^(?:https:\/\/|http:\/\/(?=localhost|127\.|\[::1\]))/

/** Tells whether the SDK threw the error for a value that no option takes. The engines' own errors begin otherwise. */
function isWrongValue(error: unknown, message: string): boolean {
  const isWrong = error instanceof RangeError || error instanceof TypeError
  return isWrong && /^Cannot (?!read prop|set prop|access|destructure|convert|redefine|assign)/.test(message)
}
