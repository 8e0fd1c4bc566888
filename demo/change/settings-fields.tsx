import { useStore } from '@nanostores/preact'
import { useId } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'
import { findBadSetting, type SettingsForm } from './settings-form.ts'

const $texts = messages('change/settings', {
  entrypoint: 'Program (entrypoint)',
  cmd: 'Arguments (cmd)',
  env: 'Environment variables',
  labels: 'Labels',
  workingDir: 'Working folder',
  user: 'User',
  exposedPorts: 'Ports',
  list: 'As in a Dockerfile: ["node", "server.js"]. Or words, separated by spaces.',
  map: 'NAME=value, one per line.',
  path: 'A path that begins with a slash.',
  account: 'A name or a number. A group is optional: 1000:1000.',
  ports: 'For example 8080 or 53/udp, separated by spaces.',
})

/** The hint of each field: it also says what is wrong. */
const HINTS = {
  entrypoint: 'list',
  cmd: 'list',
  env: 'map',
  labels: 'map',
  workingDir: 'path',
  user: 'account',
  exposedPorts: 'ports',
} as const

interface SettingsFieldsProps {
  readonly form: SettingsForm
  onChange(form: SettingsForm): void
}

/** The fields for the settings of an image. */
export function SettingsFields({ form, onChange }: SettingsFieldsProps) {
  const texts = useStore($texts)
  const id = useId()
  const bad = findBadSetting(form)
  return (
    <div class="pair">
      {(Object.keys(HINTS) as (keyof SettingsForm)[]).map((name) => {
        const properties = {
          id: id + name,
          value: form[name],
          autocapitalize: 'off',
          spellcheck: false,
          'aria-describedby': `${id + name}-hint`,
          'aria-invalid': bad === name || undefined,
          onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
            onChange({ ...form, [name]: currentTarget.value }),
        } as const
        return (
          <div key={name}>
            <label for={id + name}>{texts[name]}</label>
            {HINTS[name] === 'map' ? <textarea rows={3} {...properties} /> : <input {...properties} />}
            <small id={`${id + name}-hint`}>{texts[HINTS[name]]}</small>
          </div>
        )
      })}
    </div>
  )
}
