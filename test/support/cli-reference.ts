import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { createProgram } from '../../src/cli/program/program.ts'

const INTRODUCTION = `# The command \`registry-client\`: reference

This page is written from the definitions of the commands. \`npm run reference\` writes it again.
[cli.md](cli.md) has examples by task, and the exit codes.
`

/** Writes the reference of the command: the help of each command, in the order of the main help. */
export function writeReference(): string {
  const program = createProgram()
  return [
    INTRODUCTION,
    '## All commands\n',
    helpOf(program, false),
    ...innerCommands(program).flatMap((command) => [`## ${pathOf(command)}\n`, helpOf(command, false)]),
  ].join('\n')
}

/** The commands that the help shows, each followed by its own commands. */
export function innerCommands(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((inner) => inner.name() !== 'help')
    .flatMap((inner) => [inner, ...innerCommands(inner)])
}

/** The words that run a command, without the name of the program. */
export function pathOf(command: CommandUnknownOpts): string {
  const { parent } = command
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name()
}

/** The help as it stands on a terminal of 100 columns. */
export function helpOf(command: CommandUnknownOpts, showGlobalOptions: boolean): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
    getOutHelpWidth: () => 100,
  })
  command.configureHelp({ ...command.configureHelp(), showGlobalOptions })
  command.outputHelp()
  return `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`
}
