import type { ImageFile, ListedFileType } from 'registry-api-v2-client'

/** A file or a folder of a tree, as plain data. */
export interface FileRow {
  readonly path: string
  /** The last part of its path. */
  readonly name: string
  readonly type: ListedFileType
  /** In bytes; of a folder that of all files in it. */
  readonly size: number
  readonly mode: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** In seconds since 1970. */
  readonly mtime: number | undefined
  readonly linkTarget: string | undefined
  /** The digest of the layer that has it. Absent for a folder that no layer names. */
  readonly layer: string | undefined
  readonly isUnsafe: boolean
  /** The number of entries in a folder. */
  readonly entries: number
}

/** A part of a long list of files. */
export interface FileRows {
  readonly rows: readonly FileRow[]
  /** The number of all. */
  readonly total: number
}

/** The sums of a tree. */
export interface TreeFacts {
  readonly files: number
  readonly folders: number
  /** The number of whiteouts. */
  readonly removed: number
  /** In bytes. */
  readonly size: number
}

/** Files by folder. */
export interface FileTree {
  add(file: ImageFile): void
  facts(): TreeFacts
  /** The file at a path. */
  find(path: string): ImageFile | undefined
  /** The entries of a folder, folders first. An empty path is the root. */
  folder(path: string, start: number, count: number): FileRows
  /** The entries whose path has a text, in any case of its letters. */
  search(text: string, count: number): FileRows
}

interface Node {
  readonly path: string
  readonly name: string
  file: ImageFile | undefined
  size: number
  children: Map<string, Node> | undefined
  sorted: readonly Node[] | undefined
}

/** Makes a tree, to which files are added in any order. */
export function createFileTree(): FileTree {
  const root = createNode('', '')
  const nodes: Node[] = []
  const facts = { files: 0, removed: 0, size: 0 }

  function nodeAt(path: string): Node | undefined {
    if (path === '') return root
    let node: Node | undefined = root
    for (const step of path.split('/')) node = node?.children?.get(step)
    return node
  }

  function child(parent: Node, name: string, key: string): Node {
    parent.children ??= new Map()
    const known = parent.children.get(key)
    if (known) return known
    const made = createNode(parent.path === '' ? name : `${parent.path}/${name}`, name)
    parent.children.set(key, made)
    parent.sorted = undefined
    nodes.push(made)
    return made
  }

  function place(file: ImageFile): readonly Node[] {
    if (file.path === '.') return [root]
    const steps = file.path.split('/')
    const way = [root]
    for (const [depth, step] of steps.entries()) {
      const isLast = depth === steps.length - 1
      // A layer may remove what it then writes again.
      const key = isLast && file.type === 'whiteout' ? `${step}/removed` : step
      way.push(child(way.at(-1) as Node, step, key))
    }
    return way
  }

  return {
    add(file) {
      const way = place(file)
      const node = way.at(-1) as Node
      const change = file.size - (node.file?.size ?? 0)
      // An opaque whiteout is about its folder.
      if (file.type !== 'opaque' || !node.file) node.file = file
      for (const above of way) above.size += change
      if (file.type === 'whiteout' || file.type === 'opaque') facts.removed++
      else if (file.type !== 'directory') facts.files++
      facts.size = root.size
    },
    // A layer may have files without the folders that they are in.
    facts: () => ({ ...facts, folders: nodes.filter(isFolder).length }),
    find: (path) => nodeAt(path)?.file,
    folder(path, start, count) {
      const folder = nodeAt(path)
      if (!folder?.children) return { rows: [], total: 0 }
      folder.sorted ??= sortNodes([...folder.children.values()])
      return { rows: folder.sorted.slice(start, start + count).map(toRow), total: folder.sorted.length }
    },
    search(text, count) {
      const wanted = text.toLowerCase()
      const found = nodes.filter(({ path }) => path.toLowerCase().includes(wanted))
      return { rows: found.slice(0, count).map(toRow), total: found.length }
    },
  }
}

function createNode(path: string, name: string): Node {
  return { path, name, file: undefined, size: 0, children: undefined, sorted: undefined }
}

function sortNodes(nodes: Node[]): readonly Node[] {
  return nodes.sort((one, other) => Number(isFolder(other)) - Number(isFolder(one)) || (one.name < other.name ? -1 : 1))
}

function isFolder({ file, children }: Node): boolean {
  return children !== undefined || file === undefined || file.type === 'directory' || file.type === 'opaque'
}

function toRow(node: Node): FileRow {
  const { file, path, name, size, children } = node
  return {
    path,
    name,
    type: file && !(children && file.type !== 'opaque') ? file.type : 'directory',
    size,
    mode: file?.mode,
    uid: file?.uid,
    gid: file?.gid,
    mtime: file?.mtime,
    linkTarget: file?.linkTarget,
    layer: file?.layer.digest,
    isUnsafe: file?.isUnsafe ?? false,
    entries: children?.size ?? 0,
  }
}
