import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Who may import whom: the table of docs/architecture.md. A room may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  load: ['errors', 'async'],
  async: [],
  source: ['errors', 'async'],
  oci: ['errors', 'source'],
  unpack: ['errors', 'load', 'source'],
  archive: ['errors', 'load', 'source', 'oci', 'unpack'],
  registry: ['errors', 'async', 'load', 'source', 'oci'],
  compress: ['errors', 'async', 'load', 'source', 'oci'],
  push: ['errors', 'async', 'load', 'source', 'oci', 'compress', 'registry'],
  'docker-tar': ['errors', 'source', 'oci', 'unpack', 'archive', 'compress', 'registry', 'push'],
  testing: ['errors', 'oci'],
  index: ['errors', 'source', 'oci', 'unpack', 'archive', 'compress', 'registry', 'push', 'docker-tar'],
  node: ['errors', 'load', 'source', 'oci', 'unpack', 'archive', 'compress', 'registry', 'push', 'docker-tar', 'index'],
}

/** What may use the platform of Node, and modules of packages that need it. */
const MAY_USE_NODE = (file: string) => file.startsWith('node/') || file === 'testing/node.ts'

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
const imports = new Map(files.map((file) => [file, importsOf(file)]))

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join('src', file), 'utf8')
  // What stands after a "?" says how a bundler takes it in.
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^'?]+)/gm)].map((match) => match[1] as string)
}

function roomOf(file: string): string {
  return (file.split('/')[0] as string).replace(/\.ts$/, '')
}

const resolve = (file: string, specifier: string) => normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
const ownImports = (file: string) =>
  (imports.get(file) ?? [])
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(file, specifier))

describe('the rooms of src', () => {
  it('are those of the table', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(MAY_IMPORT).sort())
  })

  it.each(files)('%s imports only what its room may', (file) => {
    for (const imported of ownImports(file)) {
      expect(files, `${file} imports ${imported}`).toContain(imported)
      expect([roomOf(file), ...(MAY_IMPORT[roomOf(file)] ?? [])], `${file} imports ${imported}`).toContain(
        roomOf(imported),
      )
    }
  })

  it('use "node:" in no other place than src/node and src/testing/node.ts', () => {
    const users = files.filter((file) => imports.get(file)?.some((specifier) => /^node:|\/node$/.test(specifier)))
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((file) => !MAY_USE_NODE(file))).toEqual([])
  })

  it('have no circle of imports', () => {
    const finished = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, `a circle: ${[...path, file].join(' → ')}`).not.toContain(file)
      if (finished.has(file)) return
      for (const imported of ownImports(file)) visit(imported, [...path, file])
      finished.add(file)
    }
    for (const file of files) visit(file, [])
    expect(finished.size).toBe(files.length)
  })

  it('the index is a table of contents', () => {
    const text = readFileSync('src/index.ts', 'utf8')
    expect(text.replaceAll(/export (type )?\{[^}]*\} from '[^']+'/g, '').trim()).toBe('')
  })
})
