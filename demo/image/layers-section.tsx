import { useStore } from '@nanostores/preact'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ShortDigest } from '../shell/image-parts.tsx'
import type { DescribedImage } from '../worker/image.ts'
import { type Step, stepsOf } from './steps.ts'

const $texts = messages('image/layers', {
  title: 'Layers and build steps',
  none: 'The image has no layers.',
  noHistory: 'The image has no record of how its layers were made.',
  empty: 'no layer',
  layer: params('Layer {number}'),
  files: params('Files of layer {number}'),
  whole: 'Show the whole step',
})

interface LayersSectionProps {
  readonly image: DescribedImage
  /** Shows the files of a layer. */
  onFiles(digest: string): void
}

/** The layers of an image by size, with the steps of the build that made them. */
export function LayersSection({ image, onFiles }: LayersSectionProps) {
  const texts = useStore($texts)
  const { layers } = image
  const steps = stepsOf(image)
  const largest = Math.max(...layers.map(({ size }) => size), 1)
  return (
    <section aria-labelledby="layers-title">
      <h2 id="layers-title">{texts.title}</h2>
      {steps.length === 0 && <p>{texts.none}</p>}
      {layers.length > 0 && !steps.some(({ text }) => text) && <p>{texts.noHistory}</p>}
      {layers.length > 1 && (
        // The list below says the same in words.
        <div class="strip" aria-hidden="true">
          {layers.map(({ digest, size }, position) => (
            <span key={position} style={{ flexGrow: size }} title={digest} />
          ))}
        </div>
      )}
      <ol class="steps">
        {steps.map((step, position) => (
          <StepRow key={position} step={step} largest={largest} onFiles={onFiles} />
        ))}
      </ol>
    </section>
  )
}

interface StepRowProps extends Pick<LayersSectionProps, 'onFiles'> {
  readonly step: Step
  readonly largest: number
}

function StepRow({ step: { text, comment, layer, number }, largest, onFiles }: StepRowProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  return (
    <li class={layer ? undefined : 'empty'}>
      <StepText text={text ?? comment ?? (layer ? texts.layer({ number }) : '')} />
      {layer ? (
        <p class="measure">
          <span class="share" aria-hidden="true">
            <span style={{ inlineSize: `${(layer.size / largest) * 100}%` }} />
          </span>
          <span>{formats.bytes(layer.size)}</span>
          <ShortDigest digest={layer.digest} />
          <button type="button" class="outline" onClick={() => onFiles(layer.digest)}>
            {texts.files({ number })}
          </button>
        </p>
      ) : (
        <p class="measure">
          <small class="muted">{texts.empty}</small>
        </p>
      )}
    </li>
  )
}

/** In characters. */
const SHORT = 240

function StepText({ text }: { readonly text: string }) {
  const texts = useStore($texts)
  if (text.length <= SHORT) {
    return (
      <code class="wrap step">
        <bdi>{text}</bdi>
      </code>
    )
  }
  return (
    <>
      <code class="wrap step">
        <bdi>{text.slice(0, SHORT)}…</bdi>
      </code>
      <details>
        <summary>{texts.whole}</summary>
        <code class="wrap step">
          <bdi>{text}</bdi>
        </code>
      </details>
    </>
  )
}
