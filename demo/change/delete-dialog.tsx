import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { RemovalDialog } from './removal-dialog.tsx'
import type { ActionDialogProps } from './selection.ts'

const $texts = messages('change/delete', { title: params('Delete from {repository}') })

/** Deletes the chosen tags, or the image that a digest names. */
export default function DeleteDialog({ registry, repository, references, onClose }: ActionDialogProps) {
  const texts = useStore($texts)
  return (
    <RemovalDialog
      title={texts.title({ repository })}
      registry={registry}
      repository={repository}
      choice={references}
      onClose={onClose}
    />
  )
}
