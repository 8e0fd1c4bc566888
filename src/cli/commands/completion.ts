import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { complete } from '../completion/candidates.ts'
import { completionScript } from '../completion/scripts.ts'
import type { Shell } from '../completion/shells.ts'
import type { Result } from '../context/result.ts'

/** Prints the completion script of a shell. */
export function completion(shell: Shell): Result {
  const script = completionScript(shell)
  return { json: { shell, script }, lines: script.trimEnd().split('\n') }
}

/** Prints what may complete a command line, as the scripts read it. */
export function candidates(program: CommandUnknownOpts, before: readonly string[], current: string): Result {
  const completion = complete(program, before, current)
  const lines = completion.candidates.map(({ value, description }) => `${value}\t${description}`)
  return { json: completion, lines: [...lines, ...(completion.paths ? [`:${completion.paths}`] : [])] }
}
