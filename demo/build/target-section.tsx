import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import type { BuildForm } from './build-form.ts'
import { TextFields } from './text-fields.tsx'

const $texts = messages('build/target', {
  title: 'Location in the image',
  at: 'Folder',
  owner: 'Owner (user:group)',
  executable: 'Executable files',
  programs: 'programs and scripts',
  all: 'all files',
  none: 'no files',
  date: 'Date of the image',
  build: 'time of the build',
  fixed: 'fixed: the same files make the same image',
})

interface TargetSectionProps {
  readonly form: BuildForm
  onChange(part: Partial<BuildForm>): void
}

/** The folder, the owner and the permissions of the files. */
export function TargetSection({ form, onChange }: TargetSectionProps) {
  const texts = useStore($texts)
  return (
    <fieldset>
      <legend>{texts.title}</legend>
      <div class="pair">
        <TextFields names={['at', 'owner']} {...{ texts, form, onChange }} />
        <label>
          {texts.executable}
          <select
            value={form.executable}
            onChange={({ currentTarget }) => onChange({ executable: currentTarget.value as BuildForm['executable'] })}
          >
            {(['programs', 'all', 'none'] as const).map((name) => (
              <option value={name} key={name}>
                {texts[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {texts.date}
          <select
            value={form.date}
            onChange={({ currentTarget }) => onChange({ date: currentTarget.value as BuildForm['date'] })}
          >
            {(['build', 'fixed'] as const).map((name) => (
              <option value={name} key={name}>
                {texts[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </fieldset>
  )
}
