import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const WORDS = ['errors', 'async', 'source', 'oci', 'hash', 'images', 'check-options', 'runtime']
const REGISTRY = ['registry', 'registry/auth', 'registry/upload', 'registry/sessions']
const TRANSFER = ['transfer', 'transfer/plan']
const CORE = [
  ...WORDS,
  'stores',
  'http',
  'unpack',
  'tar',
  'archive',
  'compress',
  'control',
  ...REGISTRY,
  'save',
  ...TRANSFER,
]

/** Who may import whom: the table of docs/architecture.md. A room may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  async: ['errors'],
  stores: ['errors', 'async'],
  source: ['errors', 'async'],
  oci: ['errors', 'source'],
  'check-options': ['oci'],
  hash: ['errors', 'async', 'source', 'oci'],
  images: ['errors', 'async', 'source', 'oci', 'check-options'],
  runtime: ['source', 'oci', 'hash'],
  http: ['errors', 'async', 'source', 'oci'],
  unpack: ['errors', 'async', 'source'],
  tar: ['errors', 'async', 'source', 'unpack'],
  archive: [...WORDS, 'unpack', 'tar'],
  compress: [...WORDS, 'stores', 'unpack'],
  control: ['errors', 'async', 'source', 'oci', 'check-options'],
  'registry/auth': ['errors', 'async', 'oci', 'http'],
  registry: [...WORDS, 'http', 'registry/auth'],
  'registry/sessions': [...WORDS, 'stores', 'registry'],
  'registry/upload': [...WORDS, 'stores', 'http', 'registry', 'registry/sessions'],
  'registry/download': [...WORDS, 'http', 'control', 'registry'],
  look: [...WORDS, 'unpack', 'tar', 'registry', 'registry/download'],
  save: [...WORDS, 'unpack', 'tar', 'compress', 'control'],
  edit: [...WORDS, 'tar', 'compress'],
  'transfer/plan': [...WORDS, ...REGISTRY, 'compress', 'control'],
  transfer: [...WORDS, 'stores', 'http', ...REGISTRY, 'registry/download', 'compress', 'control', 'transfer/plan'],
  relay: [...WORDS, 'unpack', 'tar', 'archive', 'control', 'registry', 'transfer', 'transfer/plan'],
  'push-archive': CORE,
  pull: [...WORDS, 'control', 'registry', 'registry/download', 'save'],
  copy: [...WORDS, 'http', 'control', 'registry', 'registry/download', 'transfer', 'transfer/plan'],
  artifacts: [...WORDS, 'control', 'registry', 'registry/download', 'save', 'transfer', 'transfer/plan'],
  tidy: [...WORDS, 'registry', 'registry/download'],
  doctor: [...WORDS, 'http', 'registry', 'registry/auth'],
  index: [
    ...CORE,
    ...['registry/download', 'look', 'edit', 'relay', 'push-archive', 'pull', 'copy', 'artifacts', 'tidy', 'doctor'],
  ],
  'element/words': ['index'],
  'element/worker': ['index', 'element/words'],
  'element/queue': ['index', 'element/words', 'element/worker'],
  'element/view': ['index', 'element/words', 'element/worker', 'element/queue'],
  element: ['index', 'element/words', 'element/worker', 'element/queue', 'element/view'],
  'node/home': ['errors'],
  'node/native-sha256': ['oci'],
  'node/temporary-files': [],
  'node/saving': ['errors'],
  'node/make-folder': [],
  'node/folder-lock': ['async', 'node/saving'],
  'node/archive': ['errors', 'source', 'unpack', 'archive', 'index', 'node/temporary-files'],
  'node/compress': ['errors', 'source', 'runtime', 'compress'],
  'node/edit': ['errors', 'source', 'edit', 'node/archive'],
  'node/stores': ['errors', 'stores', 'registry/sessions', 'compress', 'node/home', 'node/make-folder'],
  'node/credentials': [
    ...['errors', 'async', 'oci', 'check-options', 'registry/auth', 'registry'],
    ...['node/home', 'node/temporary-files', 'node/saving', 'node/make-folder', 'node/folder-lock'],
  ],
  'node/fetch': ['errors', 'async', 'registry'],
  'node/save': [
    ...['errors', 'async', 'source', 'oci', 'images', 'check-options', 'tar', 'control', 'save'],
    ...[
      'node/native-sha256',
      'node/temporary-files',
      'node/saving',
      'node/make-folder',
      'node/folder-lock',
      'node/archive',
    ],
  ],
  'node/node-runtime': [
    'check-options',
    'source',
    'runtime',
    'node/archive',
    'node/compress',
    'node/fetch',
    'node/native-sha256',
  ],
  'node/artifacts': [
    ...['async', 'errors', 'check-options', 'oci', 'registry', 'runtime', 'control', 'compress', 'edit', 'artifacts'],
    ...['node/native-sha256', 'node/saving', 'node/make-folder', 'node/archive', 'node/edit', 'node/save'],
  ],
  'node/pull': ['oci', 'registry', 'pull', 'node/save'],
  'node/api': [
    'index',
    'async',
    'check-options',
    'source',
    'control',
    'node/archive',
    'node/save',
    'node/edit',
    'node/artifacts',
    'node/pull',
    'node/node-runtime',
  ],
  'node/index': [
    'index',
    'node/api',
    'node/artifacts',
    'node/archive',
    'node/edit',
    'node/save',
    'node/pull',
    'node/stores',
    'node/credentials',
    'node/fetch',
  ],
  testing: ['errors', 'async', 'source', 'oci', 'hash'],
  'testing/node': [
    ...['errors', 'async', 'source', 'oci', 'testing'],
    ...['node/native-sha256', 'node/archive', 'node/saving', 'node/make-folder'],
  ],
  'cli/terminal': ['node/index'],
  'cli/connection': ['node/index', 'cli/terminal'],
  'cli/context': ['node/index', 'cli/terminal', 'cli/connection'],
  'cli/completion': [],
  'cli/input': ['node/index', 'cli/terminal', 'cli/context'],
  'cli/removal': ['node/index', 'cli/terminal', 'cli/context', 'cli/input'],
  'cli/transfer': ['node/index', 'cli/terminal', 'cli/context', 'cli/input'],
  'cli/look': ['node/index', 'cli/terminal', 'cli/context', 'cli/input'],
  'cli/build': ['node/index', 'cli/terminal', 'cli/context', 'cli/input', 'cli/transfer'],
  'cli/commands': [
    ...['node/index', 'testing/node', 'cli/terminal', 'cli/context', 'cli/input'],
    ...['cli/removal', 'cli/transfer', 'cli/look', 'cli/build', 'cli/completion'],
  ],
  'cli/program': ['cli/context', 'cli/transfer', 'cli/completion', 'cli/commands'],
  cli: ['cli/program'],
}

/** What may use the platform of Node, and modules of packages that need it. */
const MAY_USE_NODE = (file: string) => /^(?:node|cli)\//.test(file) || roomOf(file) === 'testing/node'

const files = filesOf('src')
const imports = new Map(files.map((file) => [file, importsOf(join('src', file))]))

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => file.replaceAll('\\', '/'))
}

function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8')
  // What stands after a "?" says how a bundler takes it in.
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^'?]+)/gm)].map((match) => match[1] as string)
}

/**
 * The folder of a file. A file in no folder, or in `node` itself, is a room of its own. `testing` is one room, but for
 * what needs Node.
 */
function roomOf(file: string): string {
  const [room = '', ...rest] = file.replace(/(\.d)?\.tsx?$/, '').split('/')
  if (room === 'testing') return rest[0] === 'node' ? 'testing/node' : room
  if (rest.length === 0 || file === 'cli/main.ts') return room
  if (room === 'element' && rest.length === 1) return room
  return rest.length > 1 || room === 'node' ? `${room}/${rest[0]}` : room
}

const resolve = (file: string, specifier: string) => normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
const ownImports = (file: string) =>
  (imports.get(file) ?? [])
    .filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.css'))
    .map((specifier) => resolve(file, specifier))

describe('the rooms of src', () => {
  it('are those of the table', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(MAY_IMPORT).sort())
  })

  it('stand in an order in which none imports one below it', () => {
    const order = Object.keys(MAY_IMPORT)
    for (const [room, imported] of Object.entries(MAY_IMPORT)) {
      for (const other of imported)
        expect(order.indexOf(other), `${room} imports ${other}`).toBeLessThan(order.indexOf(room))
    }
  })

  it.each(files)('%s imports only what its room may', (file) => {
    for (const imported of ownImports(file)) {
      expect(files, `${file} imports ${imported}`).toContain(imported)
      expect([roomOf(file), ...(MAY_IMPORT[roomOf(file)] ?? [])], `${file} imports ${imported}`).toContain(
        roomOf(imported),
      )
    }
  })

  it('use "node:" in no other place than src/node, src/cli, src/testing/node and src/testing/node.ts', () => {
    const users = files.filter((file) => imports.get(file)?.some((specifier) => /^node:|\/node$/.test(specifier)))
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((file) => !MAY_USE_NODE(file))).toEqual([])
  })

  it('load the embedded registry in one command only', () => {
    const users = files.filter((file) => /^cli\//.test(file) && ownImports(file).some((one) => /^testing\//.test(one)))
    expect(users).toEqual(['cli/commands/serve.ts'])
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

/** What the page uses besides the public entries. */
const SHARED_WITH_PAGE = /^src\/element\/(?:words|worker|view)\//

describe('the page', () => {
  const pageFiles = filesOf('demo').filter((file) => file !== 'vite.config.ts')
  const imported = (file: string) =>
    importsOf(join('demo', file))
      .filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.css'))
      .map((specifier) => resolve(join('demo', file), specifier))

  it('is built from the public entries, and the parts of the element', () => {
    const outside = pageFiles.flatMap((file) => imported(file).filter((path) => !path.startsWith('demo/')))
    expect(outside.length).toBeGreaterThan(0)
    expect(outside.filter((path) => !SHARED_WITH_PAGE.test(path))).toEqual([])
  })

  it('has a shell that knows no feature', () => {
    const shell = pageFiles.filter((file) => file.startsWith('shell/'))
    const known = shell.flatMap(imported).filter((path) => /^demo\/(?!shell\/|worker\/)/.test(path))
    expect(shell.length).toBeGreaterThan(0)
    expect(known).toEqual([])
  })

  it('has no circle of imports', () => {
    const finished = new Set<string>()
    const visit = (path: string, above: readonly string[]): void => {
      expect(above, `a circle: ${[...above, path].join(' → ')}`).not.toContain(path)
      if (finished.has(path) || !path.startsWith('demo/')) return
      for (const one of imported(path.slice('demo/'.length))) visit(one, [...above, path])
      finished.add(path)
    }
    for (const file of pageFiles) visit(`demo/${file}`, [])
    expect(finished.size).toBe(pageFiles.length)
  })
})
