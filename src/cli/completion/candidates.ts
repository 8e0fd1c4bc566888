import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'

/** A word that completes a command line. */
interface Candidate {
  readonly value: string
  readonly description: string
}

/** The words that may complete a command line, and the kind of paths that may, too. */
interface Completion {
  readonly candidates: readonly Candidate[]
  readonly paths?: 'files' | 'folders' | undefined
}

/** The place of the cursor: the command, and the arguments that it has so far. */
interface Place {
  readonly command: CommandUnknownOpts
  readonly arguments: number
  /** The option whose value comes next. */
  readonly open: Option | undefined
  readonly used: ReadonlySet<Option>
  /** True after `--`: all that follows is an argument. */
  readonly isAfterDashes: boolean
}

/**
 * Finds what may complete a command line: commands, options and their values. Arguments and values whose name in the
 * help speaks of a file, an archive or a folder are completed by paths.
 *
 * @param before The words in front of the one at the cursor, without the name of the program.
 * @param current The word at the cursor, up to the cursor. It may be empty.
 */
export function complete(program: CommandUnknownOpts, before: readonly string[], current: string): Completion {
  const place = findPlace(program, before)
  if (place.open) return completeValue(place.open, current)
  if (place.isAfterDashes) return completeArgument(place, current)
  const [, name, text] = /^(--[^=]+)=(.*)$/.exec(current) ?? []
  if (name !== undefined) {
    const option = optionsOf(place.command).find(({ long }) => long === name)
    const { candidates } = option ? completeValue(option, text ?? '') : { candidates: [] }
    return { candidates: candidates.map((found) => ({ ...found, value: `${name}=${found.value}` })) }
  }
  return current.startsWith('-') ? completeOption(place, current) : completeArgument(place, current)
}

function findPlace(program: CommandUnknownOpts, words: readonly string[]): Place {
  let place: Place = { command: program, arguments: 0, open: undefined, used: new Set(), isAfterDashes: false }
  for (const word of words) place = afterWord(place, word)
  return place
}

function afterWord(place: Place, word: string): Place {
  const { command, isAfterDashes } = place
  if (place.open) return { ...place, open: undefined }
  if (word === '--') return { ...place, isAfterDashes: true }
  if (word.startsWith('-') && word !== '-' && !isAfterDashes) {
    const option = optionsOf(command).find(({ long, short }) => [long, short].includes(word.split('=')[0]))
    if (!option) return place
    const takesNext = option.required && !word.includes('=')
    return { ...place, used: new Set([...place.used, option]), open: takesNext ? option : undefined }
  }
  const inner = place.arguments === 0 && command.commands.find((inner) => inner.name() === word)
  return inner ? { ...place, command: inner } : { ...place, arguments: place.arguments + 1 }
}

function completeOption({ command, used }: Place, current: string): Completion {
  const open = optionsOf(command).filter((option) => !option.hidden && (!used.has(option) || option.parseArg))
  const candidates = open.map(({ long, description }) => ({ value: long ?? '', description }))
  return { candidates: startingWith(current, candidates) }
}

function completeValue({ argChoices, flags }: Option, current: string): Completion {
  return argChoices ? { candidates: choices(argChoices, current) } : { candidates: [], paths: pathsOf(flags) }
}

function completeArgument({ command, arguments: count }: Place, current: string): Completion {
  const inner = count === 0 ? command.createHelp().visibleCommands(command) : []
  if (command.commands.length > 0) {
    const candidates = inner.map((inner) => ({ value: inner.name(), description: inner.description() }))
    return { candidates: startingWith(current, candidates) }
  }
  const { registeredArguments } = command
  const last = registeredArguments.at(-1)
  const argument = registeredArguments[count] ?? (last?.variadic ? last : undefined)
  if (!argument) return { candidates: [] }
  if (argument.argChoices) return { candidates: choices(argument.argChoices, current) }
  return { candidates: [], paths: pathsOf(argument.name()) }
}

/** The options of a command and of the commands above it. */
function optionsOf(command: CommandUnknownOpts | null): readonly Option[] {
  return command ? [...command.createHelp().visibleOptions(command), ...optionsOf(command.parent)] : []
}

function choices(values: readonly string[], current: string): readonly Candidate[] {
  return startingWith(
    current,
    values.map((value) => ({ value, description: '' })),
  )
}

function startingWith(current: string, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(current))
}

/** The kind of paths that the name of a value asks for: `<archive>` and `<file>`, or `<folder>`. */
function pathsOf(name: string): Completion['paths'] {
  if (/archive|file|path/.test(name)) return 'files'
  return /folder/.test(name) ? 'folders' : undefined
}
