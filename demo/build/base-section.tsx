import { useStore } from '@nanostores/preact'
import { useId } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { BaseImage } from '../worker/building.ts'
import type { BuildForm } from './build-form.ts'

const $texts = messages('build/base', {
  title: 'Base',
  base: 'Base image',
  hint: 'For example team/base:v1. The image can be in another registry that allows this page. If empty, the new image has only your files.',
  platform: 'Platform',
  platformHint: 'The platform that the programs run on, such as linux/amd64 or linux/arm64.',
  reading: 'Reading the base image…',
  found: params('Found. Platforms: {platforms}.'),
})

interface BaseSectionProps {
  readonly form: BuildForm
  readonly base: BaseImage | undefined
  readonly isReading: boolean
  onChange(part: Partial<BuildForm>): void
  /** Called when the name of the base is typed to its end. */
  onBase(name: string): void
}

/** The base image, and the platform. */
export function BaseSection({ form, base, isReading, onChange, onBase }: BaseSectionProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const id = useId()
  const platforms = base?.settings.platforms ?? []
  return (
    <fieldset>
      <legend>{texts.title}</legend>
      <div class="pair">
        <div>
          <label for={`${id}base`}>{texts.base}</label>
          <input
            id={`${id}base`}
            value={form.base}
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={`${id}base-hint`}
            onInput={({ currentTarget }) => onChange({ base: currentTarget.value })}
            onChange={({ currentTarget }) => onBase(currentTarget.value)}
          />
          <small id={`${id}base-hint`}>{texts.hint}</small>
        </div>
        <div>
          <label for={`${id}platform`}>{texts.platform}</label>
          {platforms.length > 0 ? (
            <select
              id={`${id}platform`}
              value={form.platform}
              onChange={({ currentTarget }) => onChange({ platform: currentTarget.value })}
            >
              {platforms.map((platform) => (
                <option key={platform}>{platform}</option>
              ))}
            </select>
          ) : (
            <input
              id={`${id}platform`}
              required
              value={form.platform}
              autocapitalize="off"
              spellcheck={false}
              onInput={({ currentTarget }) => onChange({ platform: currentTarget.value })}
            />
          )}
          <small>{texts.platformHint}</small>
        </div>
      </div>
      <div role="status">
        {isReading && <p aria-busy="true">{texts.reading}</p>}
        {platforms.length > 0 && <p>{texts.found({ platforms: formats.list(platforms) })}</p>}
      </div>
    </fieldset>
  )
}
