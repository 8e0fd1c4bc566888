import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../src/cli/program/program.ts'
import { helpOf, innerCommands, pathOf, writeReference } from '../../support/cli-reference.ts'

const DOCUMENTS = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
]

/** The lines of a text that call the command, with what a pipe has in front of it and behind it taken off. */
function callsIn(text: string): readonly string[] {
  const joined = text.replaceAll(/\\\n\s*/g, '')
  const calls =
    joined.match(/(?:^\s*|\| |\$\(|&& )(?:npx )?(?:registry-client|--yes registry-api-v2-client) [^|\n]*/gm) ?? []
  return calls.map((call) =>
    call.replace(/^.*?registry-(?:api-v2-)?client /, '').replace(/(?:\s+(?:#|>|<|&&|;|2>)|\)").*$/, ''),
  )
}

/** Splits a line as a shell does. Variables stay as they are. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:[^\s'"]|'[^']*'|"(?:[^"\\]|\\.)*")+/g) ?? []
  return words.map((word) => word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g, '$1$2'))
}

/** Parses a call without running it. Throws what the command would report as a usage error. */
function parse(call: string): void {
  const program = createProgram()
  const silence = (command: CommandUnknownOpts) => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} })
    if (command.commands.length === 0) command.action(() => {})
    for (const inner of command.commands) silence(inner)
  }
  silence(program as unknown as CommandUnknownOpts)
  program.parse(wordsOf(call), { from: 'user' })
}

const commands = innerCommands(createProgram() as unknown as CommandUnknownOpts)

describe('the reference of the command', () => {
  it('is written from the definitions (npm run reference)', async () => {
    await expect(writeReference()).toMatchFileSnapshot('../../../docs/cli-reference.md')
  })

  it.each(commands.map((command) => [pathOf(command), command] as const))(
    'shows an example of %s that parses',
    (path, command) => {
      const examples = callsIn(helpOf(command, false).split(/\nExamples?:\n/)[1] ?? '')
      if (command.commands.length > 0) return
      expect(examples.length, 'examples').toBeGreaterThan(0)
      expect(examples.filter((call) => call.startsWith(path)).length, `examples of ${path}`).toBeGreaterThan(0)
      for (const call of examples) expect(() => parse(call), call).not.toThrow()
    },
  )

  it('describes each argument and option', () => {
    for (const command of commands) {
      for (const argument of command.registeredArguments) expect(argument.description, pathOf(command)).not.toBe('')
      for (const option of command.options.filter(({ hidden }) => !hidden))
        expect(option.description, `${pathOf(command)} ${option.flags}`).not.toBe('')
    }
  })
})

describe('the documents', () => {
  const calls = DOCUMENTS.filter((path) => path.endsWith('.md')).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/```sh\n(.*?)```/gs)].flatMap(([, code]) =>
      callsIn(code ?? '').map((call) => [path, call] as const),
    ),
  )
  it.each(calls)('%s: the call "%s" parses', (_, call) => {
    expect(() => parse(call)).not.toThrow()
  })
})
