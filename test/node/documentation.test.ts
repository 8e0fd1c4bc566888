import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { TASKS } from '../../site/reference/tasks.js'
import { withDefaultLimits } from '../../src/archive/limits.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ExampleFiles, makeExampleFolder, writeExamples } from '../support/examples.ts'
import { PRODUCERS } from '../support/producers.ts'

// What the documents show has to be so: examples compile and run, links lead somewhere, tables are complete.

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'))
const examples = DOCUMENTS.flatMap((document) =>
  [...readFileSync(document, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map((match, index) => ({
    name: `${document.replaceAll(/\W/g, '-')}-${index}`,
    code: match[1] as string,
  })),
)
const RECIPES = 'docs/recipes.md'
/** The others are for pages and their Workers: page-examples.test.ts and worker-example.test.ts run them. */
const runnable = examples.filter(({ code }) => !/document\.querySelector|postMessage/.test(code))

let files: ExampleFiles
beforeAll(async () => {
  const folder = makeExampleFolder('examples')
  const archive = join(folder, 'exported.tar')
  writeFileSync(archive, await createTestArchive({ images: [{ names: ['registry.example.com/team/app:v7'] }] }))
  files = writeExamples(folder, examples, {
    'https://registry.example.com': inject('registryUrl'),
    'https://mirror.example.com': inject('registryUrl'),
    'http://localhost:15000': inject('registryUrl'),
    'exported.tar': archive,
    "'app.tar'": `'${archive}'`,
  })
  await node.pushDockerTar(archive, inject('registryUrl'), 'team/app', 'v7', { tags: ['latest'] })
})
afterAll(() => files.remove())

describe('the examples of the documents', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThan(30)
    expect(runnable.length).toBeGreaterThan(25)
  })

  it('compile', () => {
    expect(() => files.compile()).not.toThrow()
  })

  it.each(runnable)('run: $name', async (example) => {
    const complained = vi.spyOn(console, 'error').mockImplementation(() => {})
    const values = (await files.run(example)).flatMap(([first]) => first)
    expect(complained.mock.calls).toEqual([])
    complained.mockRestore()
    if (example.code.includes('of names') || example.code.includes('names.forEach'))
      expect(values).toContain('registry.example.com/team/app:v7')
    if (example.code.includes('listTags(')) expect(values).toContain('v7')
  })
})

describe('the documents', () => {
  it.each(DOCUMENTS)('%s links to files that are there', (document) => {
    const links = [...readFileSync(document, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1] as string,
    )
    for (const link of links) expect(existsSync(join(dirname(document), link)), `${document}: ${link}`).toBe(true)
  })

  it('the table of archives has a row for each producer that is tested, and each row says what it is tested with', () => {
    const text = readFileSync('docs/archives.md', 'utf8')
    for (const { producer, versions, format } of PRODUCERS) {
      expect(text).toContain(`| ${producer} | ${versions} | \`${format}\` | `)
    }
    const [, , ...rows] = text.slice(text.indexOf('| producer |'), text.indexOf('- "Real"')).trim().split('\n')
    expect(rows.length).toBeGreaterThan(PRODUCERS.length)
    for (const row of rows) expect(row).toMatch(/ \| (real: .+|made as in .+|not known) \|$/)
  })

  it('the reference of the site has a place for every public function', () => {
    const functions = Object.entries(node).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
    expect(TASKS.flatMap((task) => task.functions).sort()).toEqual(functions.map(([name]) => name).sort())
  })

  it('the table of programs in docs/recipes.md has the lines of each', () => {
    const rows = [...readFileSync(RECIPES, 'utf8').matchAll(/^\| .+ \| (\d+) \| \[.+\]\((.+)\) \|$/gm)]
    expect(rows.length).toBeGreaterThan(10)
    for (const [, lines, link = ''] of rows) expect(`${link}: ${linesOf(programAt(link))}`).toBe(`${link}: ${lines}`)
  })

  it('the table of limits has those that there are', () => {
    const text = readFileSync('docs/archives.md', 'utf8')
    const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d ]+)( [MG]iB)? \|/gm)].map(([, name, number, unit = '']) => [
      name,
      Number(number?.replaceAll(' ', '')) * ({ ' MiB': 2 ** 20, ' GiB': 2 ** 30 }[unit] ?? 1),
    ])
    expect(Object.fromEntries(rows)).toEqual(withDefaultLimits())
  })

  it('the tables of incidents name tests that there are, and every id stands in the name of a test', () => {
    const rows = [
      ...readFileSync('docs/security.md', 'utf8').matchAll(/^\| (?!incident|---)(.*?) \| .* \| .* \| (.*) \|$/gm),
    ]
    expect(rows.length).toBeGreaterThan(35)
    const testFiles = ['test/node', 'test/browser', 'test/peers'].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    )
    const all = testFiles.join('\n')
    for (const [, incident = '', tests = ''] of rows) {
      for (const [id] of incident.matchAll(/CVE-\d+-\d+|GHSA(?:-\w{4}){3}|[\w-]+#\d+/g)) {
        expect(all.includes(id), `a test named after ${id}`).toBe(true)
      }
      // A quotation belongs to the files before it.
      for (const [, files = '', quotations = ''] of tests.matchAll(
        /((?:`[^`]+`(?:, | and )?)+):? ?((?:"[^"]+"(?:, )?)*)/g,
      )) {
        const texts = [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => readFileSync(file, 'utf8')).join('\n')
        for (const [, quotation = ''] of quotations.matchAll(/"([^"]+)"/g)) {
          for (const part of quotation.split(/…|: /))
            expect(texts.includes(part.trim()), `${incident}: ${part}`).toBe(true)
        }
      }
    }
  })

  it('docs/functions.md names every public function', () => {
    const text = readFileSync('docs/functions.md', 'utf8')
    const functions = Object.entries(node).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
    // Small helpers, told where they belong.
    const elsewhere = ['isIndex', 'formatPlatform', 'openFile']
    for (const [name] of functions) if (!elsewhere.includes(name)) expect(text).toContain(`${name}(`)
    expect(functions.length).toBeGreaterThan(15)
  })
})

/** The program that a link of docs/recipes.md leads to: a file, or the first example below a heading. */
function programAt(link: string): string {
  const [path, anchor] = link.split('#')
  const text = readFileSync(path ? join('docs', path) : RECIPES, 'utf8')
  if (anchor === undefined) return text
  const section = text.split(/^#+ /m).find((section) => anchorOf(section) === anchor)
  return /```ts\n(.*?)```/s.exec(section ?? '')?.[1] ?? ''
}

/** The anchor of the heading that a section begins with. */
function anchorOf(section: string): string {
  const [heading = ''] = section.split('\n')
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

/** Counts lines that are neither blank nor comments. */
function linesOf(program: string): number {
  return program.split('\n').filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length
}
