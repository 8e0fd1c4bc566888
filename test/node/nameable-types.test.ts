import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Node, SyntaxKind } from 'typescript/unstable/ast'
import { API, type Checker, type Project, SymbolFlags, type Symbol as TypeSymbol } from 'typescript/unstable/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUserProject, type UserProject } from '../support/declarations.ts'

// What an entry's functions and types mention, a user can import from the same entry.

const ENTRIES: Readonly<Record<string, string>> = {
  '.': 'index',
  './node': 'node/index',
  './element': 'element/index',
  './testing': 'testing/index',
  './testing/node': 'testing/node',
}

let user: UserProject
let api: API
let project: Project
beforeAll(() => {
  const options = { module: 'nodenext', target: 'es2022', types: ['node'], strict: true, noEmit: true }
  const imports = Object.keys(ENTRIES).map((entry) => `import 'registry-api-v2-client${entry.slice(1)}'`)
  user = createUserProject('nameable-types', options, { 'use.ts': imports.join('\n') })
  api = new API()
  const [opened] = api.updateSnapshot({ openProjects: [join(user.folder, 'tsconfig.json')] }).getProjects()
  project = opened as Project
})
afterAll(() => {
  api.close()
  user.remove()
})

function original(checker: Checker, symbol: TypeSymbol): TypeSymbol {
  return symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** The symbols that a declaration mentions. */
function mentionedIn(checker: Checker, declaration: Node): readonly TypeSymbol[] {
  const found: TypeSymbol[] = []
  const visit = (node: Node): void => {
    const symbol = node.kind === SyntaxKind.Identifier ? checker.getSymbolAtLocation(node) : undefined
    if (symbol) found.push(original(checker, symbol))
    node.forEachChild(visit)
  }
  visit(declaration)
  return found
}

/** Finds the types of this package that can be reached from the exports of an entry. */
function reachableFrom(entry: string): { readonly exported: readonly string[]; readonly hidden: readonly string[] } {
  const { checker, program } = project
  const file = program.getSourceFile(join(user.packageFolder, 'dist', `${ENTRIES[entry]}.d.ts`))
  const module = file && checker.getSymbolAtLocation(file)
  if (!module) throw new Error(`no declarations of ${entry}`)
  const exports = checker.getExportsOfModule(module).map((symbol) => original(checker, symbol))
  const isOurs = ({ declarations }: TypeSymbol) => declarations.some(({ path }) => path.includes('/nameable-types/'))
  const isType = ({ flags }: TypeSymbol) => flags & SymbolFlags.Type && !(flags & SymbolFlags.TypeParameter)
  const known = new Set(exports.map(({ id }) => id))
  const hidden: string[] = []
  const queue = [...exports]
  for (let symbol = queue.shift(); symbol; symbol = queue.shift()) {
    for (const declaration of symbol.declarations) {
      const node = declaration.resolve(project)
      for (const mentioned of node ? mentionedIn(checker, node) : []) {
        if (known.has(mentioned.id) || !isType(mentioned) || !isOurs(mentioned)) continue
        known.add(mentioned.id)
        queue.push(mentioned)
        hidden.push(`${mentioned.name}, by ${symbol.name}`)
      }
    }
  }
  return { exported: exports.map(({ name }) => name), hidden }
}

describe('the types of an entry', () => {
  it.each(Object.keys(ENTRIES))('of %s that can be reached are exported by it', (entry) => {
    const { exported, hidden } = reachableFrom(entry)
    expect(exported.length).toBeGreaterThan(5)
    expect(hidden).toEqual([])
  })
})

describe('the types in src', () => {
  it('are exported only if another file imports them', () => {
    const texts = new Map(
      ['src', 'test', 'demo', 'bench', 'scripts'].flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.(?:[tj]s|tsx)$/.test(name))
          .map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')] as const),
      ),
    )
    const lists = [...texts.values()].flatMap((text) => [
      ...text.matchAll(/(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from/g),
    ])
    const imported = new Set(
      lists.flatMap(([, names = '']) =>
        names.split(',').map(
          (name) =>
            name
              .trim()
              .replace(/^type /, '')
              .split(' ')[0],
        ),
      ),
    )
    const unused = [...texts].flatMap(([file, text]) =>
      file.startsWith('src')
        ? [...text.matchAll(/^export (?:interface|type) (\w+)/gm)]
            .filter(([, name]) => !imported.has(name))
            .map(([, name]) => `${file}: ${name}`)
        : [],
    )
    expect(imported.size).toBeGreaterThan(300)
    expect(unused).toEqual([])
  })
})
