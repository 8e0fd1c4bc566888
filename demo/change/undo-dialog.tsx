import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { FileButton } from '../../src/element/view/drop-zone.tsx'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import { ActionDialog } from './action-dialog.tsx'
import type { ActionDialogProps } from './selection.ts'
import { UndoneView } from './undone-view.tsx'
import { $undos, addUndo, forgetUndo, runUndo } from './undos.ts'

const $texts = messages('change/undo', {
  title: 'Undo a delete',
  note: 'Restores deleted tags and images from the undo file of the delete. It works until the registry runs its garbage collection.',
  file: 'Choose the undo file',
  bad: 'This is not an undo file.',
  puts: params('Restores in {repository}: {names}'),
  undo: 'Restore',
  cancel: 'Cancel',
  close: 'Close',
})

/** Undoes a delete of an earlier visit, or of the command line, by its undo file. */
export default function UndoDialog({ registry, onClose }: ActionDialogProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [id, setId] = useState<number>()
  const undo = useStore($undos).find((one) => one.id === id)
  const reading = useWork()
  useEffect(() => () => void (id !== undefined && forgetUndo(id)), [id])

  const read = (file: unknown) =>
    reading.run(async () => {
      setId(undefined)
      if (!(file instanceof File)) return
      const opened = await worker.removal.openUndo(file)
      addUndo({ ...opened, registry }, 'ready')
      setId(opened.id)
    })

  const isUndoing = undo?.state === 'undoing'
  const isUndone = undo?.state === 'undone'
  const close = () => onClose(isUndone)
  return (
    <ActionDialog title={texts.title} isBusy={isUndoing} onClose={close}>
      {!isUndone && (
        <>
          <p class="muted">{texts.note}</p>
          <FileButton label={texts.file} isQuiet onChoose={([chosen]) => read(chosen?.input)} />
        </>
      )}
      <div role="alert">{reading.fault && <p>{texts.bad}</p>}</div>
      <div class="wrap" role="status">
        {undo && !undo.result && <p>{texts.puts({ repository: undo.repository, names: formats.list(undo.names) })}</p>}
        {undo?.result && <UndoneView result={undo.result} />}
      </div>
      <ProblemView fault={undo?.fault} registry={registry} />
      <footer>
        <button type="button" class={isUndone ? undefined : 'quiet'} disabled={isUndoing} onClick={close}>
          {isUndone ? texts.close : texts.cancel}
        </button>
        {!isUndone && (
          <button
            type="button"
            disabled={!undo || isUndoing}
            aria-busy={isUndoing}
            onClick={() => undo && runUndo(undo)}
          >
            {texts.undo}
          </button>
        )}
      </footer>
    </ActionDialog>
  )
}
