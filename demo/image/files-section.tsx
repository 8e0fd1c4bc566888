import { useStore } from '@nanostores/preact'
import { useEffect, useRef } from 'preact/hooks'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { DescribedImage, ImagePlace } from '../worker/image.ts'
import { FileBrowser } from './file-browser.tsx'

const $texts = messages('image/files', {
  title: 'Files in the image',
  show: 'Show the files of',
  nothing: 'Choose …',
  whole: params('The whole image ({size} to read)'),
  layer: params('Layer {number}, {digest} ({size} to read)'),
})

/** The choice of the files of all layers together. */
const WHOLE = 'all'

interface FilesSectionProps {
  readonly place: ImagePlace
  readonly image: DescribedImage
  /** The digest of the layer whose files are shown. */
  readonly layer: string | undefined
  onLayer(layer: string | undefined): void
}

/** The files of an image, or of one of its layers. They are read when the user asks for them. */
export function FilesSection({ place, image, layer, onLayer }: FilesSectionProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const section = useRef<HTMLElement>(null)
  const { digest, layers } = image
  useEffect(() => {
    if (layer && layer !== WHOLE) section.current?.scrollIntoView()
  }, [layer])
  if (layers.length === 0) return null
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  const isKnown = layer === WHOLE || layers.some((one) => one.digest === layer)
  return (
    <section aria-labelledby="files-title" ref={section}>
      <h2 id="files-title">{texts.title}</h2>
      <label>
        {texts.show}
        <select
          value={isKnown ? layer : ''}
          onChange={({ currentTarget }) => onLayer(currentTarget.value || undefined)}
        >
          <option value="">{texts.nothing}</option>
          <option value={WHOLE}>{texts.whole({ size: formats.bytes(size) })}</option>
          {layers.map((layer, position) => (
            <option key={position} value={layer.digest}>
              {texts.layer({
                number: position + 1,
                digest: shortDigest(layer.digest),
                size: formats.bytes(layer.size),
              })}
            </option>
          ))}
        </select>
      </label>
      {isKnown && (
        <FileBrowser
          key={layer}
          place={{ ...place, reference: digest }}
          layer={layer === WHOLE ? undefined : layer}
          onCancel={() => onLayer(undefined)}
        />
      )}
    </section>
  )
}
