import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import type { BuildForm } from './build-form.ts'

const $texts = messages('build/destination', {
  title: 'Where it goes',
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
        {(['registry', 'repository', 'tags'] as const).map((name) => (
          <label key={name}>
            {texts[name]}
            <input
              required
              value={form[name]}
              autocapitalize="off"
              spellcheck={false}
              onInput={({ currentTarget }) => onChange({ [name]: currentTarget.value })}
            />
          </label>
        ))}
      </div>
    </fieldset>
  )
}
