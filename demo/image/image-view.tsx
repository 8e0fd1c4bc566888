import './image.css'
import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages, translate } from '../../src/element/words/messages.ts'
import { ActionBar } from '../change/action-bar.tsx'
import { useUndone } from '../change/use-undone.ts'
import { addressOf } from '../shell/address.ts'
import { useLoading } from '../shell/loading.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'
import type { DescribedReference } from '../worker/image.ts'
import { imageName } from '../worker/image-name.ts'
import { ArtifactFiles } from './artifact-files.tsx'
import { ConfigSection } from './config-section.tsx'
import { Documents } from './documents.tsx'
import { Facts } from './facts.tsx'
import { FilesSection } from './files-section.tsx'
import { LayersSection } from './layers-section.tsx'
import { Platforms } from './platforms.tsx'
import { PullLines } from './pull-lines.tsx'
import { Referrers } from './referrers.tsx'

translate('image', () => import('./ko.ts'))

const $texts = messages('image/view', {
  compare: 'Compare with another image',
  empty: 'The index lists no images.',
  missing: 'This part of the image cannot be read. The rest can.',
  config: 'The configuration of the image cannot be read. Only the manifest is shown.',
})

interface ImageViewProps {
  readonly registry: string
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
  /** The platform, or the digest, of an image in an index. */
  readonly part: string | undefined
}

/** An image of a registry. */
export default function ImageView({ part, ...place }: ImageViewProps) {
  const texts = useStore($texts)
  const { registry, repository, reference } = place
  const [described, setDescribed] = useState<DescribedReference>()
  const [layer, setLayer] = useState<string>()
  const { isLoading, fault, reload } = useLoading(
    async (signal) => setDescribed(await worker.images.describe(place, part, signal)),
    [registry, repository, reference, part],
  )
  useUndone(place, reload)
  const image = described?.image
  const platform = part && described?.entries.find(({ isChosen }) => isChosen)?.platform
  return (
    <section class="image" aria-labelledby="image-title" aria-busy={isLoading}>
      <h1 id="image-title">
        <bdi>{imageName(place)}</bdi>
      </h1>
      <ProblemView fault={fault} onRetry={reload} />
      {described && !fault && (
        <>
          <PullLines described={described} reference={reference} />
          <p>
            <a href={addressOf({ view: 'compare', registry, repository, reference, part })}>{texts.compare}</a>
          </p>
          <ActionBar {...{ registry, repository, platform }} references={[reference]} onChanged={reload} />
          <Platforms place={place} described={described} />
          {described.fault && <p>{texts.missing}</p>}
          <ProblemView fault={described.fault} onRetry={reload} />
          {described.entries.length === 0 || image || described.fault ? null : <p>{texts.empty}</p>}
          {image?.fault && <p>{texts.config}</p>}
          <ProblemView fault={image?.fault} onRetry={reload} />
          {image && <Facts image={image} />}
          {image?.kind === 'artifact' && <ArtifactFiles place={place} image={image} />}
          {image?.kind === 'image' && (
            <>
              <LayersSection image={image} onFiles={setLayer} />
              <FilesSection key={image.digest} place={place} image={image} layer={layer} onLayer={setLayer} />
              {image.configuration && <ConfigSection configuration={image.configuration} />}
            </>
          )}
          <Referrers key={described.digest} place={place} described={described} />
          <Documents key={image?.digest} place={place} described={described} />
        </>
      )}
    </section>
  )
}
