import { spawn } from 'node:child_process'
import { RegistryError, ValidationError } from '../../errors.ts'
import { isJsonObject } from '../../oci/json.ts'
import { type Credentials, parseCredentials, TOKEN_USERNAME } from '../../registry/auth/credentials.ts'

/** A request to a credential helper. */
interface HelperQuestion {
  /** The helper's name. Its program is `docker-credential-<name>`. */
  readonly name: string
  /** The config file or variable that names the helper, for error messages. */
  readonly place: string
  readonly server: string
  /** The timeout in milliseconds. */
  readonly timeout: number
}

/** Thrown if the helper's program is missing or cannot be started. */
export class HelperNotStartedError extends RegistryError {}

/** The maximum size of a helper's output in bytes. */
const MAX_OUTPUT = 2 ** 16
/** Matches a valid helper name, which becomes part of a program's name. */
const NAME = /^[A-Za-z0-9._-]+$/
/**
 * The output of Docker's helpers if they have no credentials (docker/docker-credential-helpers § credentials/error.go).
 */
const NOT_FOUND = 'credentials not found in native keychain'

/**
 * Requests credentials from a helper, as Docker does (docker/docker-credential-helpers § README). Errors never show the
 * helper's output, because it may be secret.
 *
 * @returns `undefined` if the helper has no credentials for the server
 * @throws {ValidationError} if the helper's name is not valid
 * @throws {HelperNotStartedError} if the helper's program does not start
 * @throws {RegistryError} if the helper fails, times out or returns an invalid answer
 */
export async function askHelper(question: HelperQuestion): Promise<Credentials | undefined> {
  const { name, place } = question
  if (!NAME.test(name)) {
    throw new ValidationError(
      'CREDENTIALS_INVALID',
      `Cannot use the credential helper ${JSON.stringify(name)} of ${place}: a name may only have letters, digits, ".", "_" and "-"`,
      { input: name },
    )
  }
  const { exit, output } = await runHelper(question)
  if (exit === 0) return parseAnswer(question, output)
  if (output.includes(NOT_FOUND)) return undefined
  throw failure(question, `failed (${exit})`, byHand(question))
}

/** The result of a program: its exit code, or the signal that ended it, and its output. */
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
      // A child process of the helper may keep its output open.
      child.stdout.destroy()
      reject(failure(question, state, remedy))
    }
    const longer = `${byHand(question)}, or allow more time with { timeout }`
    const timer = setTimeout(() => stop(`did not answer within ${timeout} ms`, longer), timeout)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_OUTPUT) stop(`wrote more than ${MAX_OUTPUT} bytes`, byHand(question))
    })
    child.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      const state = cause.code === 'ENOENT' ? 'is not on the PATH' : `cannot be started (${cause.code})`
      const remedy = 'install it, or sign in again without a helper'
      reject(new HelperNotStartedError('HELPER_FAILED', faultOf(question, state), { remedy, cause }))
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ exit: code ?? signal, output: Buffer.concat(chunks).toString() })
    })
    // A helper may exit without reading its input.
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
    // The cause is left out, because it quotes the answer.
  }
  throw failure(question, 'did not answer with { Username, Secret }', byHand(question))
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
