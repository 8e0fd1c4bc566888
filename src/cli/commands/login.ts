import { storeDockerCredentials } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface LoginFlags {
  readonly username?: string | undefined
  readonly passwordStdin?: true | undefined
  /** Given only by mistake. */
  readonly password?: string | true | undefined
}

/** In bytes. No password or token is longer. */
const MAX_PASSWORD = 64 * 1024
const PIPE_IT = 'pass --username NAME --password-stdin, and write the password to stdin'

/** Signs in to a registry, and stores the credentials as `docker login` does. */
export async function login(context: Context, registry = 'docker.io', flags: LoginFlags): Promise<Result> {
  const credentials = await askCredentials(context, flags)
  const { username } = credentials
  const { address, options: connection } = await context.connection(registry)
  const { signal, onWarning } = context
  const stored = await storeDockerCredentials(address, credentials, { connection, signal })
  const { server, file, helper, isVerified, hiddenBy } = stored
  if (!isVerified) onWarning(`${registry} does not ask for a sign-in, so nobody has checked the password.`)
  if (helper === undefined) {
    onWarning(`The password is stored unencrypted in "${file}". Set up a credential helper of Docker to change this.`)
  }
  if (hiddenBy !== undefined) onWarning(`${hiddenBy} has other credentials for ${registry}, which are used instead.`)
  return {
    json: { registry: server, username, file, helper: helper ?? null, isVerified, hiddenBy: hiddenBy ?? null },
    lines: [`Signed in to ${registry} as ${username}`],
  }
}

/** Gets the name and the password from the options, from stdin or by questions. */
async function askCredentials(
  context: Context,
  { username, passwordStdin, password }: LoginFlags,
): Promise<{ readonly username: string; readonly password: string }> {
  if (password !== undefined) {
    const reason = 'other users see the arguments of a program, and the shell keeps them'
    throw new UsageError(`Cannot take a password as an argument: ${reason}`, PIPE_IT)
  }
  if (passwordStdin) {
    if (username === undefined) throw new UsageError('Cannot use --password-stdin without a username', PIPE_IT)
    return { username, password: present('password', await readPassword(context.signal)) }
  }
  const name = username ?? (await context.ask('Username:', PIPE_IT)).trim()
  return {
    username: present('username', name),
    password: present('password', await context.askSecret('Password:', PIPE_IT)),
  }
}

function present(what: string, value: string): string {
  if (value === '') throw new UsageError(`Cannot sign in: the ${what} is empty`, PIPE_IT)
  return value
}

/** Reads a password from stdin to its end. A line feed at the end is not a part of it. */
async function readPassword(signal: AbortSignal): Promise<string> {
  if (process.stdin.isTTY) {
    throw new UsageError(
      'Cannot read a password from stdin: it is a terminal',
      'leave out --password-stdin, or pipe it',
    )
  }
  const stop = () => process.stdin.destroy(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_PASSWORD)
      throw new UsageError(`Cannot use stdin as password: it has more than ${MAX_PASSWORD} bytes`)
  }
  signal.removeEventListener('abort', stop)
  return Buffer.concat(chunks)
    .toString()
    .replace(/\r?\n$/, '')
}
