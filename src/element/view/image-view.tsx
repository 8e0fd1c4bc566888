import { useStore } from '@nanostores/preact'
import { useId } from 'preact/hooks'
import type { ImageChoice } from '../queue/choices.ts'
import { $formats, shortDigest } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import type { DescribedImage } from '../worker/described-image.ts'
import { DestinationFields } from './destination-fields.tsx'
import { Fold } from './fold.tsx'
import { LayerList } from './layer-list.tsx'
import { PlatformField } from './platform-field.tsx'
import { isUsable, namesOf } from './validity.ts'

const $texts = messages('element/image', {
  include: params('Push {name}'),
  nameless: 'An image without a name',
  referrer: 'A signature or another file that is attached to an image. It is pushed with that image.',
  noPlatform: 'no platform',
  created: params('created {date}'),
  id: params('ID {id}'),
  names: 'Change its names',
})

interface ImageViewProps {
  readonly image: DescribedImage
  readonly choice: ImageChoice
  readonly clashes: ReadonlySet<string>
  /** True if its archive has other images. */
  readonly hasOthers: boolean
  /** True if its names are folded at first. */
  readonly isFolded: boolean
  readonly isChecked: boolean
  readonly isDisabled: boolean
  onChange(changes: Partial<ImageChoice>): void
}

/** An image of an archive, with a choice whether and by which names it is pushed. */
export function ImageView(props: ImageViewProps) {
  const { image, choice, clashes, hasOthers, isFolded, isChecked, isDisabled, onChange } = props
  const texts = useStore($texts)
  const id = useId()
  const { names, isReferrer } = image
  const name = names.join(', ') || texts.nameless
  const needsChange = choice.isIncluded && (isChecked || hasFilledNames(choice)) && !isUsable(choice, clashes)
  const fields = (
    <>
      <DestinationFields
        {...{ choice, clashes, isChecked, isDisabled }}
        onChange={(destinations) => onChange({ destinations })}
      />
      <PlatformField
        image={image}
        chosen={choice.platforms}
        isDisabled={isDisabled}
        onChange={(platforms) => onChange({ platforms })}
      />
    </>
  )
  return (
    <li class="image" aria-labelledby={id} part="image">
      <div class="image-head">
        {hasOthers && !isReferrer && (
          <input
            type="checkbox"
            checked={choice.isIncluded}
            disabled={isDisabled}
            aria-label={texts.include({ name })}
            onChange={({ currentTarget }) => onChange({ isIncluded: currentTarget.checked })}
          />
        )}
        <div class="grow">
          <h3 id={id}>
            <bdi>{name}</bdi>
          </h3>
          <Facts image={image} />
        </div>
      </div>
      {isReferrer && <p class="note">{texts.referrer}</p>}
      {choice.isIncluded &&
        !isReferrer &&
        (isFolded ? (
          <Fold summary={<PushedNames choice={choice} label={texts.names} />} isOpen={needsChange}>
            {fields}
          </Fold>
        ) : (
          fields
        ))}
      <LayerList image={image} />
    </li>
  )
}

/** A nameless image has empty fields: nothing is wrong with them before the user wants to push it. */
function hasFilledNames({ destinations }: ImageChoice): boolean {
  return destinations.every(({ repository }) => repository !== '')
}

function PushedNames({ choice, label }: { readonly choice: ImageChoice; readonly label: string }) {
  return (
    <>
      {label}: <bdi>{namesOf(choice).join(', ')}</bdi>
    </>
  )
}

/** Builds that give the same bytes each time set the time to 0: that says nothing about the image. */
function isRealDate(rfc3339: string): boolean {
  return Number.isNaN(Date.parse(rfc3339)) || Date.parse(rfc3339) > 0
}

function Facts({ image: { platforms, created, id } }: Pick<ImageViewProps, 'image'>) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const facts = [
    platforms.join(', ') || texts.noPlatform,
    ...(created && isRealDate(created) ? [texts.created({ date: formats.date(created) })] : []),
  ]
  return (
    <p class="muted">
      {facts.map((fact) => (
        <span class="fact" key={fact}>
          <bdi>{fact}</bdi>
        </span>
      ))}
      <span class="fact" title={id}>
        {texts.id({ id: shortDigest(id) })}
      </span>
    </p>
  )
}
