import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useId } from 'preact/hooks'
import type { ImageChoice } from '../queue/choices.ts'
import { $formats } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import type { DescribedImage } from '../worker/described-image.ts'

const $texts = messages('element/platforms', {
  label: 'Platforms',
  all: 'All platforms',
  available: 'The platforms in the archive (a new index)',
  only: params('Only {platform}'),
  single: params(
    'The archive has only {platform}, as Docker saves it. Only this platform is pushed, as with "docker push".',
  ),
  lacks: params('Not in the archive: {missing}.'),
  newIndex: 'The pushed image has fewer platforms, so its digest is different.',
  attestations: count({ one: '{count} attestation', other: '{count} attestations' }),
})

interface PlatformFieldProps {
  readonly image: DescribedImage
  readonly chosen: ImageChoice['platforms']
  readonly isDisabled: boolean
  onChange(platforms: ImageChoice['platforms']): void
}

/** The platforms of a multi-platform image that are pushed: a choice if there is one, and its effect. */
export function PlatformField({ image, chosen, isDisabled, onChange }: PlatformFieldProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const id = useId()
  const { isIndex, platforms, missing, missingAttestations } = image
  if (!isIndex) return null

  const lacks = [...missing, ...(missingAttestations > 0 ? [texts.attestations(missingAttestations)] : [])]
  const whole = missing.length === 0 ? undefined : platforms
  const [first] = platforms
  const value = chosen?.length === 1 ? chosen[0] : ''
  return (
    <div class="field">
      {platforms.length > 1 && (
        <>
          <label for={id}>{texts.label}</label>
          <select
            id={id}
            value={value}
            disabled={isDisabled}
            aria-describedby={`${id}-note`}
            onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? whole : [currentTarget.value])}
          >
            <option value="">{missing.length === 0 ? texts.all : texts.available}</option>
            {platforms.map((platform) => (
              <option value={platform} key={platform}>
                {texts.only({ platform })}
              </option>
            ))}
          </select>
        </>
      )}
      <p class="note" id={`${id}-note`}>
        {platforms.length === 1 && first && lacks.length > 0 && `${texts.single({ platform: first })} `}
        {lacks.length > 0 && texts.lacks({ missing: formats.list(lacks) })}
        {platforms.length > 1 && missing.length > 0 && value === '' && ` ${texts.newIndex}`}
      </p>
    </div>
  )
}
