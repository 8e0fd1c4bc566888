import { useStore } from '@nanostores/preact'
import { shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import type { DescribedImage, ImagePlace } from '../worker/image.ts'
import { BlobFile } from './blob-file.tsx'

const $texts = messages('image/artifact', {
  title: 'Files',
  none: 'There are no files.',
  config: 'Configuration',
})

const TITLE = 'org.opencontainers.image.title'
const EMPTY = 'application/vnd.oci.empty.v1+json'

interface ArtifactFilesProps {
  readonly place: ImagePlace
  readonly image: DescribedImage
}

/** The files of an artifact, such as a chart, a signature or an SBOM. */
export function ArtifactFiles({ place, image: { layers, config } }: ArtifactFilesProps) {
  const texts = useStore($texts)
  const files = layers.filter(({ mediaType, annotations }) => mediaType !== EMPTY || annotations[TITLE])
  const hasConfig = config !== undefined && config.size > 2 && config.mediaType !== EMPTY
  return (
    <section aria-label={texts.title}>
      {files.length === 0 && <p>{texts.none}</p>}
      <ul class="files">
        {files.map((layer, position) => (
          <li key={position}>
            <BlobFile place={place} blob={layer} name={layer.annotations[TITLE] ?? nameOf(layer)} />
          </li>
        ))}
        {hasConfig && (
          <li>
            <BlobFile place={place} blob={config} name={texts.config} />
          </li>
        )}
      </ul>
    </section>
  )
}

/** A name for a file that has none: by the predicate of an attestation, or by its digest. */
function nameOf({ digest, mediaType, annotations }: DescribedImage['layers'][number]): string {
  const predicate = annotations['in-toto.io/predicate-type'] ?? annotations.predicateType
  const end = /\bjson\b/.test(mediaType) ? '.json' : ''
  return `${predicate ? `${predicate} ` : ''}${shortDigest(digest)}${end}`
}
