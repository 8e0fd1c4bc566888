import { limitNames } from '../unpack/limit-names.ts'
import type { UnpackLimits } from '../unpack/unpack-limits.ts'
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
  placed?: PlacedFile | undefined
  readonly children: Map<string, Node>
}

/** The files of layers that lie upon one another. */
export interface FileTree {
  /** Adds an entry of a layer, as an engine unpacks it. Layers come from the lowest to the highest. */
  add(file: ListedFile, layer: number, position: number): void
  /** Finds what is at a path. Links of folders on the way are followed, and with `follow` the last one too. */
  find(path: string, follow: boolean): PlacedFile | undefined
  /** All files with their paths in the image. */
  entries(): Generator<readonly [path: string, placed: PlacedFile]>
}

const MAX_LINKS = 40

/** Makes an empty tree. It throws a `TarReadError` if its names exceed a limit. */
export function createFileTree(limits: LayerLimits & UnpackLimits): FileTree {
  const root: Node = { children: new Map() }
  const countNames = limitNames(limits, 'list the files')

  /** Follows a path; returns the nodes on the way, or nothing if a step is absent and is not made. */
  function walk(path: string, follow: boolean, make: boolean): Node | undefined {
    const way = [root]
    const steps = stepsOf(path)
    for (let links = 0; steps.length > 0; ) {
      const step = steps.shift() as string
      const node = way.at(-1) as Node
      if (step === '..') {
        if (way.length > 1) way.pop()
        continue
      }
      let next = node.children.get(step)
      if (!next && !make) return undefined
      if (!next) {
        next = { children: new Map() }
        node.children.set(step, next)
      }
      const { type, linkTarget = '' } = next.placed?.file ?? {}
      if (type !== 'symlink' || !(follow || steps.length > 0)) {
        way.push(next)
        continue
      }
      if (++links > MAX_LINKS) return undefined
      if (linkTarget.startsWith('/')) way.length = 1
      steps.unshift(...stepsOf(linkTarget))
    }
    return way.at(-1)
  }

  return {
    add(file, layer, position) {
      const isRemoval = file.type === 'whiteout' || file.type === 'opaque'
      if (file.path.split('/').includes('..')) return
      const node = walk(file.path, file.type === 'opaque', !isRemoval)
      if (!node) return
      if (isRemoval) {
        if (file.type === 'whiteout') remove(node, layer)
        for (const child of node.children.values()) removeUnder(child, layer)
        return
      }
      countNames(file.path, file.linkTarget ?? '')
      const linked = file.type === 'hardlink' ? walk(file.linkTarget ?? '', false, false)?.placed : undefined
      if (file.type !== 'directory') node.children.clear()
      node.placed = { file, layer, position, linked: linked?.linked ?? linked }
    },
    find: (path, follow) => walk(path, follow, false)?.placed,
    *entries() {
      if (root.placed) yield ['.', root.placed]
      yield* entriesUnder(root, '')
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

function removeUnder(node: Node, layer: number): void {
  remove(node, layer)
  for (const child of node.children.values()) removeUnder(child, layer)
}

function* entriesUnder(node: Node, folder: string): Generator<readonly [string, PlacedFile]> {
  for (const [name, child] of node.children) {
    if (child.placed) yield [folder + name, child.placed]
    yield* entriesUnder(child, `${folder}${name}/`)
  }
}
