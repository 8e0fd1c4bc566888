import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../src/cli/program/program.ts'

function withInner(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap(withInner)]
}

const commands = withInner(createProgram() as unknown as CommandUnknownOpts).filter((one) => one.name() !== 'complete')

/** The help as it stands on a terminal of 80 columns. */
function helpOf(command: CommandUnknownOpts): string {
  let text = ''
  command.configureOutput({
    getOutHelpWidth: () => 80,
    writeOut: (part) => {
      text += part
    },
  })
  command.outputHelp()
  return text
}

describe('the help', () => {
  it.each(commands.map((command) => [command.name(), command] as const))('of %s fits 80 columns', (_, command) => {
    const [text = ''] = helpOf(command).split(/\nExamples?:\n/)
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it.each(commands.map((command) => [command.name(), command] as const))('of %s has an example', (_, command) => {
    expect(helpOf(command)).toMatch(/\nExamples?:\n {2}\S/)
  })

  it('describes commands in sentence case, and their arguments and options in lower case, without full stops', () => {
    const details = commands.flatMap(({ registeredArguments, options }) => [...registeredArguments, ...options])
    const shown = details.filter((detail) => !('hidden' in detail && detail.hidden))
    for (const { description } of shown) expect(description).toMatch(/^(?!\p{Lu}\p{Ll}).*[^.]$/u)
    for (const command of commands) expect(command.description()).toMatch(/^\p{Lu}.*[^.]$/u)
  })

  it('writes an option in the same way for every command', () => {
    const flags = new Map<string, Set<string>>()
    for (const { long, flags: written } of commands.flatMap(({ options }) => options)) {
      if (long) flags.set(long, new Set([...(flags.get(long) ?? []), written]))
    }
    const several = [...flags].filter(([, written]) => written.size > 1).map(([long, written]) => [long, [...written]])
    expect(several).toEqual([['--output', ['-o, --output <target>', '-o, --output <file>', '-o, --output <folder>']]])
  })

  it('prints choices and defaults without quotes', () => {
    const help = commands.map(helpOf).join('')
    expect(help).toContain('write for one kind of tool only: docker,')
    expect(help).toContain('(default: 127.0.0.1)')
  })
})
