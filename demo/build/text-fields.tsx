import type { BuildForm } from './build-form.ts'

type TextName = 'at' | 'owner' | 'registry' | 'repository' | 'tags'

interface TextFieldsProps<Name extends TextName> {
  readonly names: readonly Name[]
  /** The label of each. */
  readonly texts: Readonly<Record<Name, string>>
  readonly form: BuildForm
  onChange(part: Partial<BuildForm>): void
}

/** Required text fields of the form. */
export function TextFields<Name extends TextName>({ names, texts, form, onChange }: TextFieldsProps<Name>) {
  return names.map((name) => (
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
  ))
}
