import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createProgram } from '../../../src/cli/program/program.ts'

// The documents show commands that there are, with options that they have.

const documents = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs'), ...markdownIn('examples')]

function markdownIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name))
}

/** The command in a document, behind the program that starts it: `npx registry-client push …`. */
const STARTS = /(?:^|[\s|(])(?:npm:)?(?:registry-client|registry-api-v2-client) +(?=[a-z]+\b)/

/** The words of each call of the command in the shell examples of a document. */
function callsIn(document: string): ReadonlyArray<readonly string[]> {
  const blocks = [...readFileSync(document, 'utf8').matchAll(/```(?:sh|console)\n(.*?)```/gs)].map(
    ([, code = '']) => code,
  )
  return blocks
    .flatMap((code) => code.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => STARTS.test(line) && !/ (?:install|add) /.test(line))
    .map((line) => wordsOf(line.slice((STARTS.exec(line)?.index ?? 0) + (STARTS.exec(line)?.[0].length ?? 0))))
}

/** Splits a line as a shell does, up to a comment, a pipe or another end of the command. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = []
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|&>;)#]|(?<=\S)#)+|[|&>;)#]/g)) {
    if (/^[|&>;)#]$/.test(word)) break
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))
  }
  return words
}

/** The program, which parses a call and does nothing. */
function idleProgram() {
  const program = createProgram()
  calm(program as unknown as Command)
  return program
}

/** Takes away what a command does, prints and exits. */
function calm(command: Command): void {
  command.action(() => {})
  command.exitOverride()
  command.configureOutput({ writeErr: () => {} })
  command.commands.forEach(calm)
}

const calls = documents.flatMap((document) =>
  callsIn(document).map((words) => ({ document, line: words.join(' '), words })),
)

describe('the commands of the documents', () => {
  beforeAll(() => {
    vi.stubGlobal('PACKAGE_VERSION', '1.0.0')
  })

  it('are there', () => {
    expect(calls.length).toBeGreaterThan(80)
  })

  it.each(calls)('are those of the program: $document: $line', async ({ words }) => {
    await expect(idleProgram().parseAsync(words, { from: 'user' })).resolves.toBeDefined()
  })
})
