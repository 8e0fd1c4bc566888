import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { addressOf } from '../shell/address.ts'
import { useLoading } from '../shell/loading.ts'
import { worker } from '../shell/worker.ts'
import type { DescribedReference, EntrySize, ImagePlace } from '../worker/image.ts'
import type { DescribedEntry } from '../worker/index-entries.ts'

const $texts = messages('image/platforms', {
  title: 'Platforms',
  others: 'Other entries',
  attestation: 'Attestation',
  index: 'List of images',
  image: 'Image without a platform',
  other: 'Something else',
  missing: 'not in the registry',
})

interface PlatformsProps {
  readonly place: ImagePlace
  readonly described: DescribedReference
}

/** The images of an index, one of which is shown. */
export function Platforms({ place, described: { digest, entries } }: PlatformsProps) {
  const texts = useStore($texts)
  const [sizes, setSizes] = useState<ReadonlyMap<string, EntrySize>>()
  useLoading(
    async (signal) => {
      setSizes(undefined)
      if (entries.length > 0) setSizes(await worker.images.sizes(place, digest, signal))
    },
    [place.registry, place.repository, digest],
  )
  if (entries.length === 0) return null
  const images = entries.filter(({ kind }) => kind === 'image')
  const others = entries.filter(({ kind }) => kind !== 'image')
  const list = (shown: readonly DescribedEntry[]) => (
    <ul class="choices">
      {shown.map((entry) => (
        <li key={entry.digest}>
          <Entry place={place} entry={entry} sizes={sizes} name={entry.platform ?? texts[entry.kind]} />
        </li>
      ))}
    </ul>
  )
  return (
    <section aria-labelledby="platforms-title">
      <h2 id="platforms-title">{texts.title}</h2>
      {list(images)}
      {others.length > 0 && (
        <details>
          <summary>
            {texts.others} ({others.length})
          </summary>
          {list(others)}
        </details>
      )}
    </section>
  )
}

interface EntryProps {
  readonly place: ImagePlace
  readonly entry: DescribedEntry
  readonly sizes: ReadonlyMap<string, EntrySize> | undefined
  readonly name: string
}

function Entry({ place, entry: { kind, digest, part, isChosen }, sizes, name }: EntryProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const size = sizes?.get(digest)
  const isMissing = kind === 'image' && sizes && !size
  const address = kind === 'index' ? { ...place, reference: digest } : { ...place, part }
  return (
    <a href={addressOf(address)} aria-current={isChosen ? 'true' : undefined} title={digest}>
      <bdi class="wrap">{name}</bdi>{' '}
      <small>
        {isMissing ? texts.missing : size ? formats.bytes(size.totalSize) : kind === 'image' ? '' : shortDigest(digest)}
      </small>
    </a>
  )
}
