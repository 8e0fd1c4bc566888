import { useStore } from '@nanostores/preact'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { readableStep } from '../image/steps.ts'
import { ShortDigest } from '../shell/image-parts.tsx'
import type { ComparedLayer, Comparison } from '../worker/comparisons.ts'

const $texts = messages('compare/layers', {
  title: 'Layers and sizes',
  first: 'First image',
  second: 'Second image',
  larger: params('The second image is {size} larger.'),
  smaller: params('The second image is {size} smaller.'),
  equal: 'Both images have the same size.',
  shared: 'In both',
  removed: 'Only in the first',
  added: 'Only in the second',
})

/** The sizes of two images, and the layers that one or both have. */
export function ComparedLayers({ comparison: { layers, size } }: { readonly comparison: Comparison }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const change = formats.bytes(Math.abs(size.change))
  const text =
    size.change === 0 ? texts.equal : size.change > 0 ? texts.larger({ size: change }) : texts.smaller({ size: change })
  return (
    <section aria-labelledby="compared-layers-title">
      <h2 id="compared-layers-title">{texts.title}</h2>
      <dl class="facts">
        <dt>{texts.first}</dt>
        <dd>{formats.bytes(size.from)}</dd>
        <dt>{texts.second}</dt>
        <dd>{formats.bytes(size.to)}</dd>
      </dl>
      <p>{text}</p>
      {(['removed', 'added', 'shared'] as const).map((group) => (
        <Layers key={group} title={texts[group]} layers={layers[group]} isOpen={group !== 'shared'} />
      ))}
    </section>
  )
}

interface LayersProps {
  readonly title: string
  readonly layers: readonly ComparedLayer[]
  readonly isOpen: boolean
}

function Layers({ title, layers, isOpen }: LayersProps) {
  const formats = useStore($formats)
  if (layers.length === 0) return null
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  return (
    <details open={isOpen}>
      <summary>
        {title} ({formats.number(layers.length)}, {formats.bytes(size)})
      </summary>
      <ul>
        {layers.map(({ digest, size, createdBy }, position) => (
          <li key={`${position} ${digest}`}>
            <ShortDigest digest={digest} /> {formats.bytes(size)}{' '}
            {createdBy && <StepText step={readableStep(createdBy)} />}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** In characters. */
const SHORT = 160

function StepText({ step }: { readonly step: string }) {
  return (
    <code class="wrap" title={step}>
      {step.length > SHORT ? `${step.slice(0, SHORT)}…` : step}
    </code>
  )
}
