import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vite'

/** The regular expressions of the sources. */
export interface FoundExpressions {
  /** The literals, each once. */
  readonly literals: readonly RegExp[]
  /** Those of them that split a text. */
  readonly separators: ReadonlySet<RegExp>
  /** The code of each `new RegExp(…)`. */
  readonly made: readonly string[]
}

/** Finds every regular expression in the TypeScript files of a folder. */
export function findRegularExpressions(folder: string): FoundExpressions {
  const literals = new Map<string, RegExp>()
  const separators = new Set<RegExp>()
  const made: string[] = []
  const keep = ({ pattern, flags }: Pattern) => {
    const expression = new RegExp(pattern, flags)
    const known = literals.get(String(expression)) ?? expression
    literals.set(String(expression), known)
    return known
  }
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const code = readFileSync(join(folder, file), 'utf8')
    for (const { regex, callee, arguments: given, start, end } of nodesOf(parseAst(code, { lang: 'ts' }))) {
      if (regex) keep(regex)
      if (callee?.property?.name === 'split' && given?.[0]?.regex) separators.add(keep(given[0].regex))
      if (callee?.name === 'RegExp') made.push(code.slice(start, end))
    }
  }
  return { literals: [...literals.values()], separators, made }
}

interface Pattern {
  readonly pattern: string
  readonly flags: string
}

/** What is read of a node of ESTree. */
interface Node {
  readonly start: number
  readonly end: number
  readonly regex?: Pattern
  readonly callee?: { readonly name?: string; readonly property?: { readonly name?: string } }
  readonly arguments?: readonly { readonly regex?: Pattern }[]
}

function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value) yield value as unknown as Node
  for (const child of Object.values(value)) yield* nodesOf(child)
}
