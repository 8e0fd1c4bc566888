import { useStore } from '@nanostores/preact'
import { Suspense } from 'preact/compat'
import { useState } from 'preact/hooks'
import { translate } from '../../src/element/words/messages.ts'
import { $config } from '../shell/settings.ts'
import { $actionTexts, type Action, offeredActions } from './actions.ts'
import type { Selection } from './selection.ts'
import './change.css'

translate('change', () => import('./ko.ts'))

interface ActionBarProps extends Omit<Selection, 'references'> {
  /** The tags that the user chose, or the digest of an image. @default the actions are about the repository */
  readonly references?: readonly string[]
  /** True if the repository is empty: deleted images can be restored. @default false */
  readonly isEmpty?: boolean
  /** Called when a dialog has closed that has changed something in the registry. */
  onChanged(): void
}

/** The buttons of what can be done with the chosen images, or with the repository. */
export function ActionBar({ onChanged, references, isEmpty = false, ...place }: ActionBarProps) {
  const texts = useStore($actionTexts)
  const config = useStore($config)
  // A dialog keeps the selection that it was opened with.
  const [open, setOpen] = useState<{ readonly action: Action; readonly selection: Selection }>()
  const selection: Selection = { ...place, references: references ?? [] }
  const chosen = isEmpty ? 'empty' : (references?.length ?? 'repository')
  const offered = config ? offeredActions(config, chosen) : []
  const Dialog = open?.action.dialog
  if (offered.length === 0 && !open) return null
  return (
    <div class="bar">
      {offered.map((action) =>
        action.address ? (
          <a href={action.address(selection)} key={action.id}>
            {texts[action.id]}
          </a>
        ) : (
          <button
            type="button"
            class={action.deletes ? 'outline danger' : 'outline'}
            key={action.id}
            onClick={() => setOpen({ action, selection })}
          >
            {texts[action.id]}
          </button>
        ),
      )}
      {open && Dialog && (
        <Suspense fallback={null}>
          <Dialog
            {...open.selection}
            onClose={(isChanged) => {
              setOpen(undefined)
              if (isChanged) onChanged()
            }}
          />
        </Suspense>
      )}
    </div>
  )
}
