import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import type { PlannedDelete, StayReason } from 'registry-api-v2-client'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { worker } from '../shell/worker.ts'
import type { RemovalPlan } from '../worker/removal.ts'

const $texts = messages('change/plan', {
  goes: 'To delete',
  nothing: 'There is nothing to delete.',
  images: count({ one: '{count} image', many: '{count} images' }),
  tags: count({ one: '{count} tag', many: '{count} tags' }),
  sum: params('Deletes {tags} and {images}. Keeps {staying}.'),
  upTo: params('Frees up to {bytes} when the registry runs its garbage collection.'),
  frees: params(
    'Frees {bytes} when the registry runs its garbage collection, unless other repositories use the same data.',
  ),
  onlyTag: params('only the tag: the image is kept, because it is also tagged {others}'),
  onlyTagNeeded: 'only the tag: the image is kept, because another image needs it',
  sameImage: 'tags of the same image',
  child: 'no tag: only deleted images need it',
  referrer: 'attached to a deleted image, such as a signature',
  stays: params('Kept, with the reasons: {count}'),
  unread: 'These could not be read. They are kept, with everything that they may need:',
  'not-chosen': 'not selected',
  kept: 'one of the tags to keep',
  newest: 'one of the newest',
  recent: 'not old enough',
  'no-date': 'no reliable date',
  'no-version': 'the tag is not a version',
  shared: 'a kept tag points to the same image',
  listed: 'a kept multi-platform image needs it',
  referrer_stays: 'attached to a kept image',
  unread_stays: 'could not be read',
  unknown: 'an image that could not be read may need it',
})

/** Shows the deletes, the kept images, and the freed space. */
export function RemovalPlanView({ registry, plan }: { readonly registry: string; readonly plan: RemovalPlan }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const freed = useFreed(registry, plan)
  const { deletes, stays, unread, bytes } = plan
  if (deletes.length === 0) return <p>{texts.nothing}</p>
  const tags = new Set(deletes.flatMap((step) => step.tags))
  const whole = deletes.filter(({ way }) => way === 'digest')
  const images = whole.filter(({ why }) => why === 'chosen')
  const staying = stays.filter(({ tag }) => tag !== undefined)
  const sum = { tags: texts.tags(tags.size), images: texts.images(images.length), staying: texts.tags(staying.length) }
  return (
    <section class="removal">
      <p>
        <strong>{texts.sum(sum)}</strong>{' '}
        {whole.length > 0 &&
          (freed === undefined
            ? texts.upTo({ bytes: formats.bytes(bytes) })
            : texts.frees({ bytes: formats.bytes(freed) }))}
      </p>
      <h3>{texts.goes}</h3>
      <ul>
        {deletes.map((step) => (
          <li key={`${step.digest} ${step.tags[0]}`}>
            <Going step={step} />
          </li>
        ))}
      </ul>
      {unread.length > 0 && (
        <div class="warning">
          <p>{texts.unread}</p>
          <ul>
            {unread.map((reference) => (
              <li key={reference}>
                <code>{reference}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      {stays.length > 0 && (
        <details>
          <summary>{texts.stays({ count: formats.number(stays.length) })}</summary>
          <ul>
            {stays.map(({ digest, tag, reason }) => (
              <li key={`${digest} ${tag}`}>
                <code>{tag ?? shortDigest(digest)}</code> – {texts[nameOfReason(reason)]}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function Going({ step: { tags, digest, way, siblings, why } }: { readonly step: PlannedDelete }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const names = tags.flatMap((tag, index) => [index > 0 && ', ', <code key={tag}>{tag}</code>])
  if (way !== 'digest') {
    const reason = siblings.length > 0 ? texts.onlyTag({ others: formats.list(siblings) }) : texts.onlyTagNeeded
    return (
      <>
        {names} – {reason}
      </>
    )
  }
  return (
    <>
      {names} <small title={digest}>{shortDigest(digest)}</small>
      {tags.length > 1 && ` – ${texts.sameImage}`}
      {tags.length === 0 && why !== 'chosen' && ` – ${texts[why]}`}
    </>
  )
}

/** Counts what a plan frees, while the plan is already shown. It stays unknown if an image cannot be read. */
function useFreed(registry: string, { id, bytes }: RemovalPlan): number | undefined {
  const [freed, setFreed] = useState<number>()
  useEffect(() => {
    const controller = new AbortController()
    setFreed(undefined)
    if (bytes > 0) worker.removal.freed(registry, id, controller.signal).then(setFreed, () => undefined)
    return () => controller.abort()
  }, [registry, id])
  return freed
}

/** Two reasons have the name of another text. */
function nameOfReason(reason: StayReason) {
  return reason === 'referrer' || reason === 'unread' ? (`${reason}_stays` as const) : reason
}
