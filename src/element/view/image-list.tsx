import { useStore } from '@nanostores/preact'
import type { Entry } from '../queue/entry.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import type { OpenedArchive } from '../worker/pushes.ts'
import type { Form } from './form.ts'
import { ImageView } from './image-view.tsx'

const $texts = messages('element/images', {
  title: 'Images',
  all: params('Push all {count} images'),
})

/** With more images, their names are folded at first. */
const MAX_OPEN = 3

interface ImageListProps {
  readonly entry: Entry
  readonly form: Form
  readonly archive: OpenedArchive
  readonly clashes: ReadonlySet<string>
}

/** The images of an archive, to choose from. */
export function ImageList({ entry: { id, $shown }, form, archive: { images }, clashes }: ImageListProps) {
  const texts = useStore($texts)
  const { choices, state } = useStore($shown)
  const isChecked = useStore(form.$isChecked)
  const { queue } = form
  const selectable = choices.filter(({ position }) => !images[position]?.isReferrer)
  const included = selectable.filter(({ isIncluded }) => isIncluded).length
  return (
    <>
      {selectable.length > 1 && (
        <label class="choice">
          <input
            type="checkbox"
            checked={included === selectable.length}
            indeterminate={included > 0 && included < selectable.length}
            onChange={({ currentTarget: { checked } }) => {
              for (const { position } of selectable) queue.choose(id, position, { isIncluded: checked })
            }}
          />
          {texts.all({ count: selectable.length })}
        </label>
      )}
      <ul class="images" aria-label={texts.title}>
        {choices.map((choice) => {
          const image = images[choice.position]
          return (
            image && (
              <ImageView
                key={choice.position}
                {...{ image, choice, clashes, isChecked }}
                hasOthers={selectable.length > 1}
                isFolded={selectable.length > MAX_OPEN || state === 'pushed'}
                isDisabled={state === 'planning'}
                onChange={(changes) => queue.choose(id, choice.position, changes)}
              />
            )
          )
        })}
      </ul>
    </>
  )
}
