import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { Pairs } from './pairs.tsx'

const $texts = messages('image/annotations', { title: 'Annotations' })

/** The annotations of a manifest. */
export function Annotations({ annotations }: { readonly annotations: Readonly<Record<string, string>> }) {
  const texts = useStore($texts)
  const pairs = Object.entries(annotations)
  if (pairs.length === 0) return null
  return (
    <details>
      <summary>
        {texts.title} ({pairs.length})
      </summary>
      <Pairs pairs={pairs} />
    </details>
  )
}
