import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { $formats, shortDigest } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import type { DescribedImage } from '../worker/described-image.ts'
import { Fold } from './fold.tsx'

const $texts = messages('element/layers', {
  layers: count({ one: '{count} layer', other: '{count} layers' }),
  noStep: 'build step not recorded',
})

/** A longer list begins folded, so that it does not push away what comes after it. */
const MAX_OPEN = 5

/** The layers of an image, each with its build step, digest and size. */
export function LayerList({ image }: { readonly image: DescribedImage }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { layers, platforms } = image
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  const first = platforms.length > 1 ? ` (${platforms[0]})` : ''
  return (
    <Fold
      isOpen={layers.length <= MAX_OPEN}
      summary={
        <>
          {texts.layers(layers.length)}
          {first}, {formats.bytes(size)}
        </>
      }
    >
      <ol class="layers">
        {layers.map(({ digest, size, createdBy }, index) => (
          <li key={index}>
            <code class="step" title={createdBy}>
              {createdBy ?? texts.noStep}
            </code>
            <code class="muted" title={digest}>
              {shortDigest(digest)}
            </code>
            <span class="size">{formats.bytes(size)}</span>
          </li>
        ))}
      </ol>
    </Fold>
  )
}
