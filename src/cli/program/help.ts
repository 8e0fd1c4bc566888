import type { HelpConfiguration } from '@commander-js/extra-typings'

/** The layout of the help: what commander does, in one style with the rest of the output. */
export const HELP: HelpConfiguration = {
  showGlobalOptions: true,
  styleTitle: (title) => title.replace('Global Options', 'Global options'),
  // Most commands have options. The list is narrow without the word, so that 80 columns hold it.
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((argument) => nameOf(argument))].join(' '),
  optionDescription: describe,
  argumentDescription: describe,
}

/** An argument or an option, as far as its description needs it. */
interface Described {
  readonly description: string
  readonly argChoices?: readonly string[] | undefined
  readonly defaultValue?: unknown
  readonly defaultValueDescription?: string | undefined
}

function describe({ description, argChoices, defaultValue, defaultValueDescription }: Described): string {
  const choices = argChoices ? `: ${argChoices.join(', ')}` : ''
  const byDefault = defaultValueDescription ?? (typeof defaultValue === 'boolean' ? undefined : defaultValue)
  return `${description}${choices}${byDefault === undefined ? '' : ` (default: ${byDefault})`}`
}

function nameOf(argument: { name(): string; readonly required: boolean; readonly variadic: boolean }): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

/** The examples at the end of a help. A line without a pipe is given without the name of the program. */
export function examples(...lines: readonly string[]): string {
  const calls = lines.map((line) => `  ${line.includes('registry-client ') ? line : `registry-client ${line}`}`)
  return [`\n${lines.length > 1 ? 'Examples' : 'Example'}:`, ...calls].join('\n')
}
