import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { anchorOf } from '../links.js'
import { ROOT, WRITTEN } from '../pages.js'
import { isFunction, readEntries } from './api.js'
import { functionSection, joined, typeSection } from './markdown.js'
import { TASKS } from './tasks.js'

// Writes the pages of the reference, from the docstrings.

/** @typedef {import('typedoc').DeclarationReflection} Declaration */

const FOLDER = `${ROOT}${WRITTEN}/reference`
const entries = await readEntries()
const of = (/** @type {string} */ entry) => entries.get(entry) ?? []
const portable = byName(of('.').filter(isFunction))
const inNode = byName(of('./node').filter(isFunction))
const types = inOrder([...of('.'), ...of('./node')].filter((declaration) => !isFunction(declaration)))
const OTHERS = [
  { page: 'element', title: 'The element', entries: ['./element'] },
  { page: 'testing', title: 'Registries and archives for tests', entries: ['./testing', './testing/node'] },
]

checkTasks()
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
for (const task of TASKS) write(task.page, task.title, task.functions.map(sectionOf))
write(
  'types',
  'Types',
  types.map((type) => typeSection(type, addressIn('types'))),
)
for (const { page, title, entries } of OTHERS) {
  const declarations = entries.flatMap(of)
  const functions = declarations.filter(isFunction).map((one) => functionSection(one, '', undefined, addressIn(page)))
  const rest = inOrder(declarations.filter((one) => !isFunction(one))).map((one) => typeSection(one, addressIn(page)))
  write(page, title, [`<p class="entries">${entries.map(entryName).join(' and ')}</p>`, ...functions, ...rest])
}

/** @param {string} name */
function sectionOf(name) {
  const own = portable.get(name) ?? inNode.get(name)
  if (!own) throw new Error(`The reference names "${name}", which is not a public function`)
  const both = [portable.has(name) && entryName('.'), entryName('./node')].filter(Boolean).join(' and ')
  return functionSection(own, both, portable.has(name) ? inNode.get(name) : undefined, addressIn(''))
}

/** @param {string} entry */
function entryName(entry) {
  return `<code>registry-api-v2-client${entry.slice(1)}</code>`
}

/**
 * Finds the section of a type, for a page.
 *
 * @param {string} page
 * @returns {(name: string) => string | undefined}
 */
function addressIn(page) {
  const own = OTHERS.find((other) => other.page === page)?.entries.flatMap(of) ?? []
  return (name) => {
    if (own.some((one) => one.name === name)) return `#${anchorOf(name)}`
    if (!types.some((one) => one.name === name)) return undefined
    return `${page === 'types' ? '' : './types.html'}#${anchorOf(name)}`
  }
}

/**
 * @param {string} page
 * @param {string} title
 * @param {readonly string[]} sections
 */
function write(page, title, sections) {
  writeFileSync(`${FOLDER}/${page}.md`, `---\noutline: 2\n---\n\n${joined([`# ${title}`, ...sections])}\n`)
}

/** Each public function stands in exactly one task. */
function checkTasks() {
  const placed = TASKS.flatMap(({ functions }) => functions)
  const missing = [...new Set([...portable.keys(), ...inNode.keys()])].filter((name) => !placed.includes(name))
  if (missing.length > 0) throw new Error(`Put these functions into site/reference/tasks.js: ${missing.join(', ')}`)
  const twice = placed.filter((name, index) => placed.indexOf(name) !== index)
  if (twice.length > 0) throw new Error(`site/reference/tasks.js names these functions twice: ${twice.join(', ')}`)
}

/** @param {readonly Declaration[]} declarations */
function byName(declarations) {
  return new Map(declarations.map((declaration) => [declaration.name, declaration]))
}

/**
 * Types by their names. Where `./node` has a type of the same name, it takes more.
 *
 * @param {readonly Declaration[]} declarations
 */
function inOrder(declarations) {
  return [...byName(declarations).values()].sort((a, b) => a.name.localeCompare(b.name, 'en'))
}
