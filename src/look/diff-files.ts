import type { Layer } from '../images/image.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { createFileTree, type FileTree, type PlacedFile } from './file-tree.ts'
import type { DiffImagesOptions, FileChange } from './image-diff.ts'
import type { LayerReading } from './layer-bytes.ts'
import { readingOf } from './layer-reading.ts'
import type { ListedFile } from './listed-file.ts'
import { layerContent } from './open-layer.ts'
import { type WalkedFile, walkLayer } from './walk-layer.ts'

/** The files of one image, as far as its layers were read. */
interface Side {
  readonly tree: FileTree
  /** The paths that whiteouts remove, and the folders of opaque ones. */
  readonly removed: Set<string>
  readonly opaque: Set<string>
}

/** The layers of two images: the lowest that both have, and those above of each. */
interface LayerPair {
  readonly shared: readonly Layer[]
  readonly above: readonly [from: readonly Layer[], to: readonly Layer[]]
}

type Digests = WeakMap<ListedFile, Digest>

/**
 * Compares the files of two images. It reads the layers above those in common, and these only if it is asked to. Files
 * are compared by type, size, content (SHA-256), mode, owner, link target, device and extended attributes, but not by
 * their times.
 */
export async function diffFiles(
  { shared, above }: LayerPair,
  options: DiffImagesOptions,
): Promise<readonly FileChange[]> {
  const isWhole = options.sharedLayers === true || shared.length === 0
  const below = isWhole ? shared : []
  const layers = [...below, ...above[0], ...above[1]]
  const readings = readingOf(
    options,
    layers.map(({ size }) => size),
  )
  const limits = readings[0]?.limits
  if (!limits) return []
  const sides = [above[0], above[1]].map(
    (): Side => ({ tree: createFileTree(limits), removed: new Set(), opaque: new Set() }),
  ) as [Side, Side]
  const digests: Digests = new WeakMap()
  for (const [index, layer] of layers.entries()) {
    const reading = readings[index] as LayerReading
    const isFrom = index < below.length + above[0].length
    const readers = index < below.length ? sides : [isFrom ? sides[0] : sides[1]]
    for await (const walked of walkLayer(layerContent(layer), reading)) {
      if (walked.file.type === 'file') digests.set(walked.file, await digestOfContent(walked, reading.createHasher))
      for (const side of readers) place(side, walked, index)
    }
  }
  return compare(sides, digests, isWhole)
}

async function digestOfContent({ content }: WalkedFile, createHasher: CreateHasher): Promise<Digest> {
  const hasher = await createHasher()
  for await (const piece of content()) hasher.update(piece)
  return hasher.digest()
}

function place({ tree, removed, opaque }: Side, { file, position }: WalkedFile, layer: number): void {
  tree.add(file, layer, position)
  if (file.type === 'whiteout') removed.add(file.path)
  else if (file.type === 'opaque') opaque.add(file.path)
}

function compare([from, to]: readonly [Side, Side], digests: Digests, isWhole: boolean): readonly FileChange[] {
  const [before, after] = [new Map(from.tree.entries()), new Map(to.tree.entries())]
  const changes = new Map<string, FileChange>()
  const note = (path: string, type: FileChange['type'], one?: PlacedFile, other?: PlacedFile) =>
    changes.set(path, { path, type, differs: [], from: one?.file, to: other?.file })
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [one, other] = [before.get(path), after.get(path)]
    if (one && other) {
      const differs = differences(one, other, digests)
      if (differs.length > 0) changes.set(path, { path, type: 'changed', differs, from: one.file, to: other.file })
    } else if (isWhole || isRemoved(path, one ? to : from)) note(path, one ? 'removed' : 'added', one, other)
    // A layer lists the folders of its files, which the layers below have too.
    else if ((one ?? other)?.file.type !== 'directory') note(path, 'written', one, other)
  }
  if (!isWhole) {
    for (const path of to.removed) if (!changes.has(path) && !isRemoved(path, from)) noteRemoval(path, after, 'removed')
    for (const path of from.removed) if (!changes.has(path) && !isRemoved(path, to)) noteRemoval(path, before, 'added')
  }
  return [...changes.values()].sort((one, other) => (one.path < other.path ? -1 : 1))

  /** One image removes what a layer in common has, and the other one keeps it. */
  function noteRemoval(path: string, own: ReadonlyMap<string, PlacedFile>, type: FileChange['type']): void {
    if (!own.has(path)) note(path, type)
  }
}

/** Tells whether an image has surely nothing at a path that its layers above do not write. */
function isRemoved(path: string, { tree, removed, opaque }: Side): boolean {
  if (removed.has(path)) return true
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const folder = path.slice(0, end)
    const type = tree.find(folder, false)?.file.type
    if (removed.has(folder) || opaque.has(folder) || (type && type !== 'directory' && type !== 'symlink')) return true
  }
  return opaque.has('.')
}

function differences(one: PlacedFile, other: PlacedFile, digests: Digests): FileChange['differs'] {
  const [from, to] = [one.linked?.file ?? one.file, other.linked?.file ?? other.file]
  const fields = ['type', 'size', 'mode', 'uid', 'gid', 'linkTarget', 'device', 'xattrs'] as const
  const differs = fields.filter((field) => textOf(from[field]) !== textOf(to[field]))
  return digests.get(from) === digests.get(to) || from.type !== to.type ? differs : [...differs, 'content']
}

/** The order of names does not matter. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return value.join()
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(
    Object.entries(value)
      .map(([name, inner]) => [name, textOf(inner)])
      .sort(([one = ''], [other = '']) => (one < other ? -1 : 1)),
  )
}
