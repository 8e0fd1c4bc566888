import { TarReadError } from '../errors.ts'
import { MAX_PATH } from '../tar/header.ts'
import { limitNames } from '../unpack/limit-names.ts'
import { raiseLimit, type UnpackLimits } from '../unpack/unpack-limits.ts'
import type { LayerLimits } from './layer-limits.ts'
import { cleanPath, type ListedFile } from './listed-file.ts'

/** A file of an image, and which layer has it. */
export interface PlacedFile {
  readonly file: ListedFile
  /** The layer that has its entry, counted from the lowest. */
  readonly layer: number
  /** The entry in that layer, counted from 0. */
  readonly position: number
  /** The file whose content a hard link shares, as far as it was read. */
  readonly linked?: PlacedFile | undefined
}

interface Node {
  /** The length of its path in characters. */
  readonly length: number
  placed?: PlacedFile | undefined
  readonly children: Map<string, Node>
  /** The last layer that removed what is under it. A layer has nothing to remove there a second time. */
  clearedBy?: number
}

/** The files of several layers together. */
export interface FileTree {
  /**
   * Adds an entry of a layer, as an engine unpacks it. Layers come from the lowest to the highest. Entries that no
   * engine can unpack are left out: those with `..`, and those with a path of more than 4096 characters.
   */
  add(file: ListedFile, layer: number, position: number): void
  /** Finds what is at a path. Links of folders on the way are followed, and with `follow` the last one too. */
  find(path: string, follow: boolean): PlacedFile | undefined
  /** All files with their paths in the image. */
  entries(): Generator<readonly [path: string, placed: PlacedFile]>
}

const MAX_LINKS = 40

/** Makes an empty tree. It throws a `TarReadError` if its files or names exceed a limit. */
export function createFileTree(limits: LayerLimits & UnpackLimits): FileTree {
  const root: Node = { length: 0, children: new Map() }
  const countNames = limitNames(limits, 'list the files')
  let [nodes, attributesSize] = [0, 0]

  /** Whiteouts count too: callers keep them. */
  function count({ path, linkTarget = '', xattrs }: ListedFile): void {
    countNames(path, linkTarget, ...Object.keys(xattrs))
    for (const value of Object.values(xattrs)) attributesSize += value.length
    if (attributesSize > limits.namesSize) {
      throw tooMany(`its extended attributes have more than ${limits.namesSize} bytes in total`, 'namesSize')
    }
  }

  function addNode(parent: Node, step: string): Node | undefined {
    const length = parent.length + step.length + 1
    if (length > MAX_PATH) return undefined
    if (++nodes > limits.entries) throw tooMany(`it has more than ${limits.entries} files and folders`, 'entries')
    const node = { length, children: new Map() }
    parent.children.set(step, node)
    return node
  }

  /**
   * Follows a path; returns its end, or nothing if a step is absent and is not made. Paths longer than those of Linux
   * are absent.
   */
  function walk(path: string, follow: boolean, make: boolean): Node | undefined {
    if (path.length > MAX_PATH) return undefined
    const way = [root]
    const steps = stepsOf(path)
    for (let links = 0; steps.length > 0; ) {
      const step = steps.shift() as string
      const node = way.at(-1) as Node
      if (step === '..') {
        if (way.length > 1) way.pop()
        continue
      }
      const next = node.children.get(step) ?? (make ? addNode(node, step) : undefined)
      if (!next) return undefined
      const { type, linkTarget = '' } = (next.placed?.linked ?? next.placed)?.file ?? {}
      if (type !== 'symlink' || !(follow || steps.length > 0)) {
        way.push(next)
        continue
      }
      if (++links > MAX_LINKS || linkTarget.length > MAX_PATH) return undefined
      if (linkTarget.startsWith('/')) way.length = 1
      steps.unshift(...stepsOf(linkTarget))
    }
    return way.at(-1)
  }

  return {
    add(file, layer, position) {
      const isRemoval = file.type === 'whiteout' || file.type === 'opaque'
      count(file)
      if (file.path.split('/').includes('..')) return
      const node = walk(file.path, file.type === 'opaque', !isRemoval)
      if (!node) return
      if (isRemoval) {
        if (file.type === 'whiteout') remove(node, layer)
        clear(node, layer)
        return
      }
      const linked = file.type === 'hardlink' ? walk(file.linkTarget ?? '', false, false)?.placed : undefined
      if (file.type !== 'directory') node.children.clear()
      node.placed = { file, layer, position, linked: linked?.linked ?? linked }
    },
    find: (path, follow) => walk(path, follow, false)?.placed,
    *entries() {
      if (root.placed) yield ['.', root.placed]
      const open = [{ children: root.children.entries(), folder: '' }]
      for (let last = open.at(-1); last; last = open.at(-1)) {
        const { done, value } = last.children.next()
        if (done) {
          open.pop()
          continue
        }
        const [name, child] = value
        const path = last.folder + name
        if (child.placed) yield [path, child.placed]
        open.push({ children: child.children.entries(), folder: `${path}/` })
      }
    },
  }
}

function stepsOf(path: string): string[] {
  return cleanPath(path)
    .split('/')
    .filter((step) => step !== '.')
}

/** Whiteouts remove what the layers below have, not what their own layer has (image-spec § Whiteouts). */
function remove(node: Node, layer: number): void {
  if (node.placed && node.placed.layer < layer) node.placed = undefined
}

function clear(node: Node, layer: number): void {
  if (node.clearedBy === layer) return
  node.clearedBy = layer
  for (const child of node.children.values()) {
    remove(child, layer)
    clear(child, layer)
  }
}

function tooMany(fault: string, limit: string): TarReadError {
  return new TarReadError('LIMIT_EXCEEDED', `Cannot list the files: ${fault}`, { remedy: raiseLimit(limit) })
}
