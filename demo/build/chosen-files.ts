import type { readDropped } from '../../src/element/view/dropped.ts'
import type { BuildFile } from '../worker/building.ts'

/** Files and folders that the user has chosen or dropped. */
type Chosen = Awaited<ReturnType<typeof readDropped>>

/** Lists files. The content of a folder that was chosen alone begins at its top. Of several, each keeps its name. */
export function filesOf(chosen: Chosen): readonly BuildFile[] {
  return chosen.flatMap(({ input }) => {
    if (input instanceof File) return [{ path: input.name, file: input }]
    return [...input].map(([path, file]) => {
      const inFolder = path.replace(/^\//, '')
      return { path: chosen.length === 1 ? inFolder.slice(inFolder.indexOf('/') + 1) : inFolder, file }
    })
  })
}

/** Leaves out files that have one of these names in their path, as a file or a folder. */
export function withoutNames(files: readonly BuildFile[], names: string): readonly BuildFile[] {
  const left = new Set(names.split(/[\s,]+/))
  return files.filter(({ path }) => !path.split('/').some((part) => left.has(part)))
}
