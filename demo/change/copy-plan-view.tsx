import { useStore } from '@nanostores/preact'
import type { PlannedBlob, PushPlan } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { MovingTags } from './moving-tags.tsx'

const $texts = messages('change/copy-plan', {
  sends: params('Sends {sends} of {all}.'),
  mounts: params('{bytes} come from another repository of that registry.'),
  present: params('{bytes} are already there.'),
  nothing: 'No layers are sent.',
  digestOnly: 'The copy has no tag. You can find it only by its digest.',
})

/** Shows what a copy would send, and which tags it would set. */
export function CopyPlanView({ plans }: { readonly plans: readonly PushPlan[] }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  // A blob of several images is sent once.
  const blobs = [...new Map(plans.flatMap((plan) => plan.blobs).map((blob) => [blob.digest, blob])).values()]
  const bytesOf = (action: PlannedBlob['action']) =>
    blobs.filter((blob) => blob.action === action).reduce((sum, { size }) => sum + size, 0)
  const [sends, mounts, present] = [bytesOf('upload'), bytesOf('mount'), bytesOf('present')]
  const all = formats.bytes(sends + mounts + present)
  const tags = plans.flatMap((plan) => plan.tags)
  return (
    <section>
      <p>
        {sends > 0 ? texts.sends({ sends: formats.bytes(sends), all }) : texts.nothing}{' '}
        {mounts > 0 && texts.mounts({ bytes: formats.bytes(mounts) })}{' '}
        {present > 0 && texts.present({ bytes: formats.bytes(present) })}
      </p>
      {tags.length === 0 && <p>{texts.digestOnly}</p>}
      {tags.map(({ tag, digest, previous }) => (
        <MovingTags key={tag} targets={[{ tag, ...(previous && { digest: previous }) }]} digest={digest} />
      ))}
    </section>
  )
}
