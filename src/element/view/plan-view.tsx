import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useEffect, useRef } from 'preact/hooks'
import type { PushPlan } from '../../index.ts'
import { $formats, shortDigest } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'

const $texts = messages('element/plan', {
  title: 'Push plan',
  nothingYet: 'Nothing is sent yet.',
  send: 'To send',
  present: 'Already there',
  mount: 'Taken from other repositories',
  blobs: count({ one: '{count} part', other: '{count} parts' }),
  about: 'Parts are the layers and the config of an image. Parts that the registry already has are not sent again.',
  tags: 'Tags',
  new: 'new',
  same: 'not changed',
  moves: params('moves from {from} to {to}'),
  moving: count({
    one: 'A tag points to another image now. The push moves it.',
    other: '{count} tags point to other images now. The push moves them.',
  }),
})

/** The tags that a push would take from other images. */
export function movingTags({ tags }: PushPlan): PushPlan['tags'] {
  return tags.filter(({ previous, digest }) => previous !== undefined && previous !== digest)
}

interface PlanViewProps {
  readonly plan: PushPlan
  /** True if the user asked for it: the button that did so is gone, and the plan takes its focus. */
  readonly isAsked: boolean
}

/** The effect of a push, before anything is sent. */
export function PlanView({ plan, isAsked }: PlanViewProps) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (isAsked) title.current?.focus()
  }, [isAsked])
  const texts = useStore($texts)
  const formats = useStore($formats)
  const moving = movingTags(plan).length
  const actions = (['upload', 'present', 'mount'] as const).map((action) => {
    const blobs = plan.blobs.filter((blob) => blob.action === action)
    return { action, blobs: blobs.length, bytes: blobs.reduce((sum, { size }) => sum + size, 0) }
  })
  const labels = { upload: texts.send, present: texts.present, mount: texts.mount }
  return (
    <section class="plan" part="plan" aria-label={texts.title}>
      <h3 ref={title} tabIndex={-1}>
        {texts.title}
      </h3>
      <p class="muted">{texts.nothingYet}</p>
      {moving > 0 && <p class="warning">{texts.moving(moving)}</p>}
      <dl>
        {actions
          .filter(({ action, blobs }) => action === 'upload' || blobs > 0)
          .map(({ action, blobs, bytes }) => (
            <div key={action}>
              <dt>{labels[action]}</dt>
              <dd>
                {formats.bytes(bytes)} ({texts.blobs(blobs)})
              </dd>
            </div>
          ))}
      </dl>
      <p class="muted">{texts.about}</p>
      <h3>{texts.tags}</h3>
      <ul class="tag-list">
        {plan.tags.map(({ repository, tag, digest, previous }) => (
          <li key={`${repository}:${tag}`} data-moves={previous !== undefined && previous !== digest}>
            <code>
              <bdi>
                {repository}:{tag}
              </bdi>
            </code>{' '}
            <span title={previous && previous !== digest ? `${previous} → ${digest}` : digest}>
              {previous === undefined
                ? texts.new
                : previous === digest
                  ? texts.same
                  : texts.moves({ from: shortDigest(previous), to: shortDigest(digest) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
