import type { ComponentType } from 'preact'
import { messages } from '../../src/element/words/messages.ts'
import { addressOf } from '../shell/address.ts'
import type { Config } from '../shell/config.ts'
import { lazyPart } from '../shell/lazy-part.tsx'
import type { ActionDialogProps, Selection } from './selection.ts'

/** An action on tags, or on a repository. */
export interface Action {
  readonly id: 'download' | 'compare' | 'retag' | 'copy' | 'edit' | 'build' | 'delete' | 'prune' | 'undo'
  /** How many images it takes. `repository`: it is about the whole repository. */
  readonly needs: 'one' | 'two' | 'some' | 'repository'
  /** True if it only reads: a page that is read-only has it, too. */
  readonly reads?: boolean
  /** True if it deletes: config.json may forbid that. */
  readonly deletes: boolean
  /** A dialog, loaded when it is shown first. */
  readonly dialog?: ComponentType<ActionDialogProps>
  /** Or the address of a view. */
  readonly address?: (selection: Selection) => string
}

/** The labels of the actions. */
export const $actionTexts = messages('change/actions', {
  download: 'Download',
  compare: 'Compare',
  retag: 'Add tags',
  copy: 'Copy to…',
  edit: 'Edit settings',
  build: 'Build on this image',
  delete: 'Delete',
  prune: 'Clean up by rules',
  undo: 'Undo a delete',
})

const ACTIONS: readonly Action[] = [
  {
    id: 'download',
    needs: 'some',
    reads: true,
    deletes: false,
    dialog: lazyPart(() => import('../download/download-dialog.tsx')),
  },
  {
    id: 'compare',
    needs: 'two',
    reads: true,
    deletes: false,
    // The newest version comes first in a selection, but last in a comparison.
    address({ registry, repository, references: [second, reference] }) {
      return addressOf({ view: 'compare', registry, repository, reference, with: second })
    },
  },
  { id: 'retag', needs: 'one', deletes: false, dialog: lazyPart(() => import('./retag-dialog.tsx')) },
  { id: 'copy', needs: 'some', deletes: false, dialog: lazyPart(() => import('./copy-dialog.tsx')) },
  { id: 'edit', needs: 'one', deletes: false, dialog: lazyPart(() => import('./edit-dialog.tsx')) },
  {
    id: 'build',
    needs: 'one',
    deletes: false,
    address: ({ registry, repository, references: [reference] }) =>
      addressOf({ view: 'build', registry, repository, reference }),
  },
  { id: 'delete', needs: 'some', deletes: true, dialog: lazyPart(() => import('./delete-dialog.tsx')) },
  { id: 'prune', needs: 'repository', deletes: true, dialog: lazyPart(() => import('./prune-dialog.tsx')) },
  { id: 'undo', needs: 'repository', deletes: false, dialog: lazyPart(() => import('./undo-dialog.tsx')) },
]

const COUNTS = { one: 1, two: 2 }

/** The actions for a number of chosen images, for the repository, or for one that has nothing. */
export function offeredActions(
  config: Pick<Config, 'readOnly' | 'deletes'>,
  chosen: number | 'repository' | 'empty',
): readonly Action[] {
  return ACTIONS.filter(({ id, needs, reads, deletes }) => {
    if ((config.readOnly && !reads) || (deletes && !config.deletes)) return false
    if (chosen === 'empty') return id === 'undo'
    if (needs === 'repository' || chosen === 'repository') return needs === chosen
    return needs === 'some' ? chosen > 0 : chosen === COUNTS[needs]
  })
}
