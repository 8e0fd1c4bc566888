import { useStore } from '@nanostores/preact'
import { Fragment } from 'preact'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import type { DescribedImage } from '../worker/image.ts'
import { Annotations } from './annotations.tsx'
import { $typeTexts, typeInWords } from './type-words.ts'

const $texts = messages('image/facts', {
  title: 'At a glance',
  digest: 'Digest',
  type: 'Type',
  platform: 'Platform',
  created: 'Created',
  size: 'Size in the registry',
  layers: 'Layers',
  author: 'Author',
  mediaType: 'Media type',
})

/** The main facts of an image. */
export function Facts({ image }: { readonly image: DescribedImage }) {
  const texts = useStore($texts)
  const types = useStore($typeTexts)
  const formats = useStore($formats)
  const { digest, kind, platform, created, totalSize, layers, configuration, artifactType, mediaType } = image
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    [texts.type, typeInWords(types, image)],
    [texts.platform, platform],
    [texts.created, created && `${formats.age(created)} (${formats.date(created)})`],
    [texts.size, totalSize === undefined ? undefined : formats.bytes(totalSize)],
    [texts.layers, kind === 'image' ? formats.number(layers.length) : undefined],
    [texts.author, configuration?.author],
    [texts.digest, digest],
    [texts.mediaType, artifactType ?? mediaType],
  ]
  return (
    <section aria-labelledby="facts-title">
      <h2 id="facts-title">{texts.title}</h2>
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <Fragment key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </Fragment>
            ),
        )}
      </dl>
      <Annotations annotations={image.annotations ?? {}} />
    </section>
  )
}
