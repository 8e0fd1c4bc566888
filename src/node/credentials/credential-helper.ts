import { RegistryError, ValidationError } from '../../errors.ts'
import { isJsonObject } from '../../oci/json.ts'
import {
  type Credentials,
  parseCredentials,
  TOKEN_USERNAME,
  type TokenCredentials,
} from '../../registry/auth/credentials.ts'

/** A credential helper, and the server that it is asked about. */
export interface HelperQuestion {
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

/** The verbs of a helper, and the acts for error messages. */
const VERBS = {
  get: 'get credentials for',
  store: 'store credentials for',
  erase: 'erase the credentials for',
} as const
type Verb = keyof typeof VERBS

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
  const output = await runHelper(question, 'get', question.server)
  return output === undefined ? undefined : parseAnswer(question, output)
}

/**
 * Stores credentials with a helper. It stores an identity token under the name `<token>`, as Docker does.
 *
 * @throws as `askHelper` does
 */
export async function storeWithHelper(
  question: HelperQuestion,
  credentials: Exclude<Credentials, TokenCredentials>,
): Promise<void> {
  const { username, secret } =
    'identityToken' in credentials
      ? { username: TOKEN_USERNAME, secret: credentials.identityToken }
      : { username: credentials.username, secret: credentials.password }
  const input = JSON.stringify({ ServerURL: question.server, Username: username, Secret: secret })
  const output = await runHelper(question, 'store', input)
  if (output === undefined) throw failure(question, 'store', 'failed')
}

/**
 * Erases the credentials of a server from a helper.
 *
 * @throws as `askHelper` does
 */
export async function eraseFromHelper(question: HelperQuestion): Promise<void> {
  await runHelper(question, 'erase', question.server)
}

/** Runs a helper. Returns its output, or `undefined` if it has no credentials for the server. */
async function runHelper(question: HelperQuestion, verb: Verb, input: string): Promise<string | undefined> {
  const { name, place } = question
  if (!NAME.test(name)) {
    throw new ValidationError(
      'CREDENTIALS_INVALID',
      `Cannot use the credential helper ${JSON.stringify(name)} of ${place}: a name may only have letters, digits, ".", "_" and "-"`,
      { input: name },
    )
  }
  const { exit, output } = await runProgram(question, verb, input)
  if (exit === 0) return output
  if (output.includes(NOT_FOUND)) return undefined
  throw failure(question, verb, `failed (${exit})`)
}

/** The result of a program: its exit code, or the signal that ended it, and its output. */
interface Outcome {
  readonly exit: number | string | null
  readonly output: string
}

async function runProgram(question: HelperQuestion, verb: Verb, input: string): Promise<Outcome> {
  const { name, timeout } = question
  // It takes long to load, and few programs have a helper.
  const { spawn } = await import('node:child_process')
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${name}`, [verb], { stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true })
    const chunks: Buffer[] = []
    let size = 0
    const stop = (state: string, remedy?: string) => {
      child.kill('SIGKILL')
      // A child process of the helper may keep its output open.
      child.stdout.destroy()
      reject(failure(question, verb, state, remedy))
    }
    const longer = `${byHand(question, verb)}, or allow more time with { timeout }`
    const timer = setTimeout(() => stop(`did not answer within ${timeout} ms`, longer), timeout)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_OUTPUT) stop(`wrote more than ${MAX_OUTPUT} bytes`)
    })
    child.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      const state = cause.code === 'ENOENT' ? 'is not on the PATH' : `cannot be started (${cause.code})`
      const remedy = 'install it, or sign in again without a helper'
      reject(new HelperNotStartedError('HELPER_FAILED', faultOf(question, verb, state), { remedy, cause }))
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ exit: code ?? signal, output: Buffer.concat(chunks).toString() })
    })
    // A helper may exit without reading its input.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
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
  throw failure(question, 'get', 'did not answer with { Username, Secret }')
}

function byHand({ name, server }: HelperQuestion, verb: Verb): string {
  const command =
    verb === 'store' ? `docker-credential-${name} list` : `echo ${server} | docker-credential-${name} ${verb}`
  return `try it by hand (${command})`
}

function failure(question: HelperQuestion, verb: Verb, state: string, remedy = byHand(question, verb)): RegistryError {
  return new RegistryError('HELPER_FAILED', faultOf(question, verb, state), { remedy })
}

function faultOf({ name, place, server }: HelperQuestion, verb: Verb, state: string): string {
  return `Cannot ${VERBS[verb]} "${server}": the helper docker-credential-${name}, which ${place} names, ${state}`
}
