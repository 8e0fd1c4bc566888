import { useStore } from '@nanostores/preact'
import type { Destination, ImageChoice } from '../queue/choices.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import { Field } from './field.tsx'
import { repositoryFault, tagFault } from './validity.ts'

const $texts = messages('element/names', {
  repository: 'Repository',
  tag: 'Tag',
  addTag: 'Add a tag',
  removeTag: params('Remove the tag {tag}'),
  addRepository: 'Add another name',
  removeRepository: params('Remove {repository}'),
})

interface DestinationFieldsProps {
  readonly choice: ImageChoice
  readonly clashes: ReadonlySet<string>
  readonly isChecked: boolean
  readonly isDisabled: boolean
  onChange(destinations: readonly Destination[]): void
}

/** The names of an image: repositories, each with its tags. */
export function DestinationFields({ choice, clashes, isChecked, isDisabled, onChange }: DestinationFieldsProps) {
  const texts = useStore($texts)
  const { destinations } = choice
  const last = destinations.at(-1)
  return (
    <div class="names">
      {destinations.map((destination, index) => (
        <OneDestination
          key={index}
          destination={destination}
          isOnly={destinations.length === 1}
          {...{ clashes, isChecked, isDisabled }}
          onChange={(changed) => onChange(destinations.with(index, changed))}
          onRemove={() => onChange(destinations.filter((_, position) => position !== index))}
        />
      ))}
      <button
        type="button"
        class="link"
        disabled={isDisabled}
        onClick={() => onChange([...destinations, { repository: last?.repository ?? '', tags: [''] }])}
      >
        {texts.addRepository}
      </button>
    </div>
  )
}

interface OneDestinationProps extends Pick<DestinationFieldsProps, 'clashes' | 'isChecked' | 'isDisabled'> {
  readonly destination: Destination
  readonly isOnly: boolean
  onChange(destination: Destination): void
  onRemove(): void
}

function OneDestination(props: OneDestinationProps) {
  const texts = useStore($texts)
  const { destination, isOnly, clashes, isChecked, isDisabled, onChange, onRemove } = props
  const { repository, tags } = destination
  const isTaken = (tag: string) => clashes.has(`${repository.trim()}:${tag.trim()}`)
  return (
    <div class="name">
      <Field
        label={texts.repository}
        value={repository}
        fault={repositoryFault(repository)}
        {...{ isChecked, isDisabled }}
        onInput={(value) => onChange({ repository: value, tags })}
      >
        {!isOnly && (
          <RemoveButton label={texts.removeRepository({ repository })} isDisabled={isDisabled} onClick={onRemove} />
        )}
      </Field>
      <div class="tags">
        {tags.map((tag, index) => (
          <Field
            key={index}
            label={texts.tag}
            value={tag}
            fault={tagFault(tag) ?? (isTaken(tag) ? 'clash' : undefined)}
            isChecked={isChecked || isTaken(tag)}
            isDisabled={isDisabled}
            onInput={(value) => onChange({ repository, tags: tags.with(index, value) })}
          >
            {tags.length > 1 && (
              <RemoveButton
                label={texts.removeTag({ tag })}
                isDisabled={isDisabled}
                onClick={() => onChange({ repository, tags: tags.filter((_, position) => position !== index) })}
              />
            )}
          </Field>
        ))}
        <button
          type="button"
          class="link"
          disabled={isDisabled}
          onClick={() => onChange({ repository, tags: [...tags, ''] })}
        >
          {texts.addTag}
        </button>
      </div>
    </div>
  )
}

interface RemoveButtonProps {
  readonly label: string
  readonly isDisabled?: boolean
  onClick(): void
}

/** A small button that takes something away. */
export function RemoveButton({ label, isDisabled, onClick }: RemoveButtonProps) {
  return (
    <button type="button" class="remove" aria-label={label} title={label} disabled={isDisabled} onClick={onClick}>
      ×
    </button>
  )
}
