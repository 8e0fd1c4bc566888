import { useStore } from '@nanostores/preact'
import { shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { TagTarget } from '../worker/tagging.ts'

const $texts = messages('change/tags', {
  new: 'new',
  same: 'already points to this image',
  moves: params('will move: it points to {digest} now'),
})

interface MovingTagsProps {
  readonly targets: readonly TagTarget[]
  /** The digest that they will name. */
  readonly digest: string | undefined
}

/** Says for each tag whether it is new, or what it points at now. */
export function MovingTags({ targets, digest }: MovingTagsProps) {
  const texts = useStore($texts)
  return (
    <ul>
      {targets.map((target) => (
        <li key={target.tag}>
          <code>{target.tag}</code> – {describe(target)}
        </li>
      ))}
    </ul>
  )

  function describe(target: TagTarget) {
    if (target.digest === undefined) return texts.new
    if (target.digest === digest) return texts.same
    return <strong title={target.digest}>{texts.moves({ digest: shortDigest(target.digest) })}</strong>
  }
}
