import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import type { BuildForm } from './build-form.ts'
import { TextFields } from './text-fields.tsx'

const $texts = messages('build/destination', {
  title: 'Destination',
  registry: 'Registry',
  repository: 'Repository',
  tags: 'Tags',
})

interface DestinationSectionProps {
  readonly form: BuildForm
  onChange(part: Partial<BuildForm>): void
}

/** The registry, the repository and the tags of the new image. */
export function DestinationSection({ form, onChange }: DestinationSectionProps) {
  const texts = useStore($texts)
  return (
    <fieldset>
      <legend>{texts.title}</legend>
      <div class="pair">
        <TextFields names={['registry', 'repository', 'tags']} {...{ texts, form, onChange }} />
      </div>
    </fieldset>
  )
}
