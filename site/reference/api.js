import { readFileSync } from 'node:fs'
import { Application, ReflectionKind } from 'typedoc'
import { ROOT } from '../pages.js'

// The public functions, types and classes of every entry, with their docstrings, as TypeDoc reads them.

/** @typedef {import('typedoc').DeclarationReflection} Declaration */

/** The entries, their files, and the names that TypeDoc gives to them. */
const ENTRIES = [
  { entry: '.', file: 'index.ts', module: 'index' },
  { entry: './node', file: 'node/index.ts', module: 'node' },
  { entry: './element', file: 'element/index.ts', module: 'element' },
  { entry: './testing', file: 'testing/index.ts', module: 'testing' },
  { entry: './testing/node', file: 'testing/node.ts', module: 'testing/node' },
]

/**
 * Reads the source.
 *
 * @returns {Promise<Map<string, Declaration[]>>} what each entry declares, without what it takes from another entry
 */
export async function readEntries() {
  const app = await Application.bootstrap({
    entryPoints: ENTRIES.map(({ file }) => `${ROOT}src/${file}`),
    tsconfig: `${ROOT}site/tsconfig.json`,
    skipErrorChecking: true,
    excludePrivate: true,
    excludeExternals: true,
    sort: ['source-order'],
    validation: false,
    logLevel: 'Error',
  })
  const project = await app.convert()
  if (!project) throw new Error('TypeDoc cannot read the source')
  /** @type {Map<string, Declaration[]>} */
  const declared = new Map()
  for (const { entry, module } of ENTRIES) {
    const children = project.children?.find(({ name }) => name === module)?.children
    if (!children) throw new Error(`TypeDoc finds no entry "${entry}"`)
    declared.set(
      entry,
      children.filter(({ kind }) => kind !== ReflectionKind.Reference),
    )
  }
  return declared
}

/** @param {Declaration} declaration */
export const isFunction = ({ kind }) => kind === ReflectionKind.Function

/**
 * Returns the members of an object type: those of an interface, of an intersection, and what Pick and the like leave.
 *
 * @param {import('typedoc').SomeType | undefined} type
 * @returns {Declaration[]}
 */
export function membersOf(type) {
  if (type?.type === 'intersection' || type?.type === 'union') return unique(type.types.flatMap(membersOf))
  if (type?.type === 'reflection') return type.declaration.children ?? []
  if (type?.type !== 'reference') return []
  const [first, second] = type.typeArguments ?? []
  const chosen = [...String(second).matchAll(/"(\w+)"/g)].map(([, name]) => name)
  if (type.name === 'Pick') return membersOf(first).filter(({ name }) => chosen.includes(name))
  if (type.name === 'Omit') return membersOf(first).filter(({ name }) => !chosen.includes(name))
  if (type.name === 'Partial') return membersOf(first)
  const target = /** @type {Declaration | undefined} */ (type.reflection)
  return target?.children ?? membersOf(target?.type)
}

/** @param {Declaration[]} members */
function unique(members) {
  return [...new Map(members.map((member) => [member.name, member])).values()]
}

/**
 * Returns the classes that a function throws, in the order of its tags. TypeDoc drops them.
 *
 * @param {import('typedoc').SignatureReflection} signature
 */
export function thrownClasses({ sources: [source] = [] }) {
  if (!source) return []
  const before = readFileSync(source.fullFileName, 'utf8').split('\n').slice(0, source.line).join('\n')
  return [...before.slice(before.lastIndexOf('/**')).matchAll(/@throws \{(\w+)\}/g)].map(([, name = '']) => name)
}
