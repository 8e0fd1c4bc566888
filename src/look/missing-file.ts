import { ValidationError } from '../errors.ts'
import type { FileTree } from './file-tree.ts'
import { cleanPath } from './listed-file.ts'

const MAX_NAMES = 3

/** Says that there is no file at a path, and which names are near. */
export function missingFile(path: string, tree: FileTree): ValidationError {
  const wanted = cleanPath(path)
  const near: (readonly [distance: number, path: string])[] = []
  for (const [other] of tree.entries()) {
    const distance = distanceOf(wanted, other)
    if (distance === undefined) continue
    near.push([distance, other])
    near.sort(([one], [another]) => one - another)
    near.length = Math.min(near.length, MAX_NAMES)
  }
  const names = near.map(([, name]) => JSON.stringify(name)).join(', ')
  return new ValidationError('FILE_MISSING', `Cannot read ${JSON.stringify(path)}: it is not there`, {
    remedy: names ? `similar names are ${names}` : 'list the files to see their paths',
    path,
  })
}

/** A small number for paths that are near: of the same name elsewhere, or of a similar name in the same folder. */
function distanceOf(wanted: string, other: string): number | undefined {
  const [one, another] = [wanted, other].map((path) => path.toLowerCase().split('/'))
  if (one?.join('/') === another?.join('/')) return 0
  if (one?.at(-1) === another?.at(-1)) return 1
  if (one?.slice(0, -1).join('/') !== another?.slice(0, -1).join('/')) return undefined
  const edits = editsBetween(one?.at(-1) ?? '', another?.at(-1) ?? '')
  return edits <= 2 ? 1 + edits : undefined
}

/** Counts the letters to add, remove or replace (Levenshtein). */
function editsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (let at = 0; at < other.length; at++) {
      const replaced = (row[at] as number) + (letter === other[at] ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] as number) + 1, (next[at] as number) + 1))
    }
    row = next
  }
  return row.at(-1) as number
}
