import { resolve } from 'node:path'

// Which modules share a file of the package. Each file costs Node about half a millisecond at its start, and a page a request: so what several
// entries load at their start shares a file, and so does what the formats of archives load when one is read.

/** What a page may start. Nothing of Node's may be in the files that it loads later. */
const PAGES = {
  index: 'src/index.ts',
  element: 'src/element/index.ts',
  worker: 'src/element/worker/main.ts',
  testing: 'src/testing/index.ts',
}

/** The entries, and the functions that push: a page that only pushes does not load what others need. */
const LOADED_AT_ONCE = {
  ...PAGES,
  push: 'src/push-archive.ts',
  node: 'src/node/index.ts',
  hash: 'src/hash/worker.ts',
}

/** The modules that only one of these entries needs stay in its own file. They may have side effects, which bundlers drop from other files. */
const ENTRIES_ALONE = new Set([...Object.keys(PAGES), 'hash'])

/** The readers of the usual formats of archives. */
const READERS = { docker: 'src/archive/docker-image.ts', layout: 'src/archive/oci-layout.ts' }

/**
 * Creates the function that names the file of a module. The name lists what loads the module at its start, such as `index-node`. It ends with
 * `later` if a page loads the module later: Node's own modules are never in such a file. Rolldown decides for all other modules.
 *
 * @returns {import('vite').Rolldown.CodeSplittingNameFunction}
 */
export function createChunkNames() {
  /** @type {{ groups: ReadonlyMap<string, ReadonlySet<string>>[], pages: ReadonlyMap<string, ReadonlySet<string>> } | undefined} */
  let found
  return (id, context) => {
    found ??= findModules(context)
    for (const group of found.groups) {
      const names = namesOf(group, id)
      if (names.length === 0) continue
      if (ENTRIES_ALONE.has(names.join())) return null
      const isLater = !names.includes('index') && namesOf(found.pages, id).some((name) => !names.includes(name))
      return [...names, ...(isLater ? ['later'] : [])].join('-')
    }
    return null
  }
}

/** @param {import('vite').Rolldown.ChunkingContext} context */
function findModules(context) {
  /** @type {(roots: Readonly<Record<string, string>>, ways: readonly ('importedIds' | 'dynamicallyImportedIds')[]) => Map<string, Set<string>>} */
  const listEach = (roots, ways) =>
    new Map(Object.entries(roots).map(([name, path]) => [name, listModules(path, context, ways)]))
  return {
    groups: [LOADED_AT_ONCE, READERS].map((roots) => listEach(roots, ['importedIds'])),
    pages: listEach(PAGES, ['importedIds', 'dynamicallyImportedIds']),
  }
}

/**
 * @param {ReadonlyMap<string, ReadonlySet<string>>} lists
 * @param {string} id
 */
function namesOf(lists, id) {
  return [...lists].filter(([, modules]) => modules.has(id)).map(([name]) => name)
}

/**
 * Lists a module and all that it imports in these ways.
 *
 * @param {string} path
 * @param {import('vite').Rolldown.ChunkingContext} context
 * @param {readonly ('importedIds' | 'dynamicallyImportedIds')[]} ways
 */
function listModules(path, context, ways) {
  const found = new Set([resolve(path)])
  for (const id of found) {
    const info = context.getModuleInfo(id)
    for (const way of ways) for (const next of info?.[way] ?? []) found.add(next)
  }
  return found
}
