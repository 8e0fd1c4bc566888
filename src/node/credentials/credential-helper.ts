import { spawn } from 'node:child_process'
import { RegistryError, ValidationError } from '../../errors.ts'
import { isJsonObject } from '../../oci/json.ts'
import { type Credentials, parseCredentials, TOKEN_USERNAME } from '../../registry/auth/credentials.ts'

/** What a credential helper is asked. */
interface HelperQuestion {
  /** Its program is `docker-credential-<name>`. */
  readonly name: string
  /** What names it, for messages. */
  readonly place: string
  readonly server: string
  /** In milliseconds. */
  readonly timeout: number
}

/** The helper's program is not there, or cannot be started. */
export class HelperNotStartedError extends RegistryError {}

/** In bytes: more is no answer. */
const MAX_OUTPUT = 2 ** 16
/** It goes into the name of a program. */
const NAME = /^[A-Za-z0-9._-]+$/
/** What Docker's helpers write if they have no credentials (docker/docker-credential-helpers § credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain'

/**
 * Asks a credential helper, as Docker does (docker/docker-credential-helpers § README). What it writes may be secret at any
 * time, so errors tell nothing of it.
 *
 * @returns nothing if the helper knows no credentials for the server
 * @throws {ValidationError} if its name can be no program's
 * @throws {HelperNotStartedError} if its program does not start
 * @throws {RegistryError} if it fails, takes too long or answers something else
 */
export async function askHelper(question: HelperQuestion): Promise<Credentials | undefined> {
  const { name, place } = question
  if (!NAME.test(name)) {
    throw new ValidationError(
      'CREDENTIALS_INVALID',
      `Cannot use the credential helper ${JSON.stringify(name)} of ${place}: a name has letters, digits, ".", "_" and "-" only`,
      { input: name },
    )
  }
  const { exit, output } = await runHelper(question)
  if (exit === 0) return parseAnswer(question, output)
  if (output.includes(NOT_FOUND)) return undefined
  throw failure(question, `failed (${exit})`, byHand(question))
}

/** The outcome of a program: its exit code or the signal that ended it, and what it wrote. */
interface Outcome {
  readonly exit: number | string | null
  readonly output: string
}

function runHelper(question: HelperQuestion): Promise<Outcome> {
  const { name, server, timeout } = question
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${name}`, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true })
    const chunks: Buffer[] = []
    let size = 0
    const stop = (state: string, remedy: string) => {
      child.kill('SIGKILL')
      // What the helper itself has started may hold its output open.
      child.stdout.destroy()
      reject(failure(question, state, remedy))
    }
    const longer = `${byHand(question)}, or allow it longer with { timeout }`
    const timer = setTimeout(() => stop(`gave no answer within ${timeout} ms`, longer), timeout)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_OUTPUT) stop(`wrote more than ${MAX_OUTPUT} bytes`, byHand(question))
    })
    child.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      const state = cause.code === 'ENOENT' ? 'is not on the PATH' : `cannot be started (${cause.code})`
      const remedy = 'install it, or sign in again without it'
      reject(new HelperNotStartedError('HELPER_FAILED', faultOf(question, state), { remedy, cause }))
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ exit: code ?? signal, output: Buffer.concat(chunks).toString() })
    })
    // A helper may end without having read what it is asked.
    child.stdin.on('error', () => {})
    child.stdin.end(server)
  })
}

function parseAnswer(question: HelperQuestion, output: string): Credentials | undefined {
  try {
    const answer: unknown = JSON.parse(output)
    if (isJsonObject(answer)) {
      const { Username: username, Secret: secret } = answer
      if (username === '' && secret === '') return undefined
      if (username === TOKEN_USERNAME) return parseCredentials({ identityToken: secret })
      return parseCredentials({ username, password: secret })
    }
  } catch {
    // Without the cause: it quotes the answer.
  }
  throw failure(question, 'answered something else than { Username, Secret }', byHand(question))
}

function byHand({ name, server }: HelperQuestion): string {
  return `try it by hand (echo ${server} | docker-credential-${name} get)`
}

function failure(question: HelperQuestion, state: string, remedy: string): RegistryError {
  return new RegistryError('HELPER_FAILED', faultOf(question, state), { remedy })
}

function faultOf({ name, place, server }: HelperQuestion, state: string): string {
  return `Cannot get credentials for "${server}": the helper docker-credential-${name}, which ${place} names, ${state}`
}
