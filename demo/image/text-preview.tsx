import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { TextPreview as Preview } from '../worker/text-preview.ts'

const $texts = messages('image/preview', {
  binary: 'This is not text. Save it to open it with another program.',
  empty: 'The file is empty.',
  cut: 'Only the first 256 kB are shown.',
  label: params('Text of {name}'),
})

/** The start of a file as text. */
export function TextPreview({ preview: { text, isCut }, name }: { readonly preview: Preview; readonly name: string }) {
  const texts = useStore($texts)
  if (text === undefined) return <p>{texts.binary}</p>
  if (text === '') return <p>{texts.empty}</p>
  return (
    <>
      {isCut && <p>{texts.cut}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section class="text" tabIndex={0} aria-label={texts.label({ name })}>
        <pre>{text}</pre>
      </section>
    </>
  )
}
