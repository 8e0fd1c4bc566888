import { useEffect } from 'preact/hooks'
import type { Selection } from './selection.ts'
import { $lastUndone } from './undos.ts'

/** Tells a view that what was deleted from its repository is there again. */
export function useUndone({ registry, repository }: Pick<Selection, 'registry' | 'repository'>, act: () => void): void {
  useEffect(() =>
    $lastUndone.listen((undo) => {
      // A dialog tells it when it closes.
      const isHere = undo?.registry === registry && undo.repository === repository
      if (isHere && !undo.isInDialog) act()
    }),
  )
}
