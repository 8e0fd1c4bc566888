import type { Probed } from './probe.ts'

/** An error of curl: `curl: (7) Failed to connect to …`. */
interface CurlFailure {
  readonly exitCode: number
  readonly words: string
}

/** The output of curl, parsed. */
interface CurlOutput {
  readonly failure: CurlFailure | undefined
  /** The answers, in the order of the requests. */
  readonly answers: readonly Probed[]
}

/** In characters: what is read of a text. */
const MAX_TEXT = 256 * 1024

/** Reads what `curl -I`, `curl -i` or `curl -v` printed. Other lines of the terminal are left out. */
export function parseCurlOutput(text: string): CurlOutput {
  const answers: Probed[] = []
  let failure: CurlFailure | undefined
  let headers: Headers | undefined
  for (const line of text.slice(0, MAX_TEXT).split(/\r?\n/)) {
    // curl -v begins lines of answers with "<".
    const content = line.trim().replace(/^< ?/, '')
    const [, exitCode, words = ''] = /^curl: \(([0-9]{1,3})\) (.*)/.exec(content) ?? []
    if (exitCode !== undefined) failure ??= { exitCode: Number(exitCode), words }
    const [, status] = /^HTTP\/[0-9.]{1,3} ([0-9]{3})(?: |$)/.exec(content) ?? []
    if (status !== undefined) {
      headers = new Headers()
      // A proxy of the machine answers first, and a server may announce its answer.
      const isOwn = !/connection established/i.test(content) && !status.startsWith('1')
      if (isOwn) answers.push({ status: Number(status), headers, text: '', time: Date.now() })
    } else if (content === '') {
      headers = undefined
    } else if (headers) {
      addHeader(headers, content)
    }
  }
  return { failure, answers }
}

function addHeader(headers: Headers, line: string): void {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0))
  const value = line.slice(colon + 1).trim()
  // Header values are bytes: `Headers` refuses other characters.
  if (/^[\w-]+$/.test(name) && /^[\x20-\xff\t]*$/.test(value)) headers.append(name, value)
}
