import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('push-program.js', import.meta.url))

/** What a push in a process of its own came to. */
export interface PushOutcome {
  readonly digest: string
  readonly id: string
  /** Calls of `onProgress`. */
  readonly events: number
  /** The largest resident set, in KiB. */
  readonly maxRSS: number
}

/** Pushes an archive with the built package in a process of its own: a runtime and its arguments. */
export async function pushInProcess(
  [runtime, ...runtimeArguments]: readonly [string, ...string[]],
  { archive, url, repository, chunkSize }: { archive: string; url: string; repository: string; chunkSize?: number },
): Promise<PushOutcome> {
  const parameters = [archive, url, repository, ...(chunkSize === undefined ? [] : [String(chunkSize)])]
  const { stdout } = await run(runtime, [...runtimeArguments, PROGRAM, ...parameters])
  return JSON.parse(stdout)
}
