import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import type { Referrer } from 'registry-api-v2-client'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { addressOf } from '../shell/address.ts'
import { useLoading } from '../shell/loading.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'
import type { DescribedReference, ImagePlace } from '../worker/image.ts'
import { Pairs } from './pairs.tsx'
import { ReferrerFiles } from './referrer-files.tsx'
import { $referrerTexts, nameReferrer } from './referrer-words.ts'

const $texts = messages('image/referrers', {
  title: 'Signatures, SBOMs and attestations',
  none: 'Nothing is attached to this image.',
  about: 'for',
  annotations: 'Annotations',
})

interface ReferrersProps {
  readonly place: ImagePlace
  readonly described: DescribedReference
}

/** The artifacts that are attached to an image. */
export function Referrers({ place, described }: ReferrersProps) {
  const texts = useStore($texts)
  const [referrers, setReferrers] = useState<readonly Referrer[]>([])
  const { isLoading, fault, reload } = useLoading(
    async (signal) => setReferrers(await worker.images.referrers(place, described.digest, signal)),
    [],
  )
  return (
    <section aria-labelledby="referrers-title" aria-busy={isLoading}>
      <h2 id="referrers-title">{texts.title}</h2>
      <ProblemView fault={fault} onRetry={reload} />
      {!isLoading && !fault && referrers.length === 0 && <p>{texts.none}</p>}
      <ul class="referrers">
        {referrers.map((referrer) => (
          <li key={`${referrer.digest} ${referrer.subject}`}>
            <ReferrerRow place={place} described={described} referrer={referrer} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface ReferrerRowProps extends ReferrersProps {
  readonly referrer: Referrer
}

function ReferrerRow({ place, described, referrer }: ReferrerRowProps) {
  const texts = useStore($texts)
  const kinds = useStore($referrerTexts)
  const formats = useStore($formats)
  const { digest, subject, annotations, artifactType, tag } = referrer
  const created = annotations['org.opencontainers.image.created']
  const platform = described.entries.find((entry) => entry.digest === subject)?.platform
  const isAboutPart = subject !== described.digest
  const pairs = Object.entries(annotations)
  return (
    <>
      <p>
        <strong>
          <bdi class="wrap">{nameReferrer(kinds, referrer)}</bdi>
        </strong>{' '}
        {isAboutPart && (
          <>
            {texts.about} <bdi>{platform ?? shortDigest(subject)}</bdi>{' '}
          </>
        )}
        {created && <small title={formats.date(created)}>{formats.age(created)}</small>}
      </p>
      <p>
        <small class="wrap">
          {artifactType && <bdi>{artifactType} </bdi>}
          {tag && <bdi>{tag} </bdi>}
          <a href={addressOf({ ...place, reference: digest })} title={digest}>
            {shortDigest(digest)}
          </a>
        </small>
      </p>
      <ReferrerFiles place={{ ...place, reference: digest }} />
      {pairs.length > 0 && (
        <details>
          <summary>
            {texts.annotations} ({pairs.length})
          </summary>
          <Pairs pairs={pairs} />
        </details>
      )}
    </>
  )
}
