import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages, translate } from '../../src/element/words/messages.ts'
import { addressOf, goTo } from '../shell/address.ts'
import { useLoading } from '../shell/loading.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'
import type { Comparison, ImagePair } from '../worker/comparisons.ts'
import type { ImagePlace } from '../worker/image.ts'
import { ComparedConfig } from './compared-config.tsx'
import { ComparedFilesSection } from './compared-files.tsx'
import { ComparedLayers } from './compared-layers.tsx'
import { readImageName, writeImageName } from './second-image.ts'
import './compare.css'

translate('compare', () => import('./ko.ts'))

const $texts = messages('compare/view', {
  title: 'Compare two images',
  first: 'First image',
  second: 'Second image',
  hint: 'A tag, or repository:tag',
  compare: 'Compare',
  platform: 'Platform',
  same: 'Both are the same image.',
})

interface CompareViewProps {
  readonly registry: string
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
  /** The platform. */
  readonly part: string | undefined
  /** The second image: `repository:tag` or `repository@digest`. */
  readonly second: string | undefined
}

/** Two images of a registry, side by side. */
export default function CompareView({ registry, repository, reference, part, second }: CompareViewProps) {
  const texts = useStore($texts)
  const other = readImageName(second ?? '', repository)
  const first = { registry, repository, reference }
  const pair = reference && other ? { from: first, to: { registry, ...other }, platform: part } : undefined
  return (
    <section class="compare" aria-labelledby="compare-title">
      <h1 id="compare-title">{texts.title}</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const data = new FormData(event.currentTarget)
          const from = readImageName(String(data.get('first')), repository)
          const to = from && readImageName(String(data.get('second')), from.repository)
          if (from && to) goTo({ view: 'compare', registry, ...from, with: writeImageName(to) })
        }}
      >
        <label>
          {texts.first}
          <input
            key={`${repository} ${reference}`}
            name="first"
            required
            defaultValue={reference && writeImageName(first)}
            spellcheck={false}
            autocapitalize="off"
          />
        </label>
        <label>
          {texts.second}
          <input
            key={second}
            name="second"
            required
            defaultValue={second}
            placeholder={texts.hint}
            spellcheck={false}
            autocapitalize="off"
          />
        </label>
        <button type="submit">{texts.compare}</button>
      </form>
      {pair && <Compared key={`${repository} ${reference} ${second} ${part}`} pair={pair} second={second} />}
    </section>
  )
}

function Compared({ pair, second }: { readonly pair: ImagePair; readonly second: string | undefined }) {
  const texts = useStore($texts)
  const [comparison, setComparison] = useState<Comparison>()
  const { isLoading, fault, reload } = useLoading(
    async (signal) => setComparison(await worker.comparisons.compare(pair, signal)),
    [],
  )
  const { registry, repository, reference } = pair.from
  return (
    <div aria-busy={isLoading}>
      <ProblemView fault={fault} onRetry={reload} />
      {comparison && (
        <>
          {comparison.platforms.length > 1 && (
            <label>
              {texts.platform}
              <select
                value={comparison.platform}
                onChange={({ currentTarget: { value: part } }) =>
                  goTo({ view: 'compare', registry, repository, reference, with: second, part })
                }
              >
                {comparison.platforms.map((platform) => (
                  <option key={platform} value={platform}>
                    {platform}
                  </option>
                ))}
              </select>
            </label>
          )}
          <p class="pair">
            <ImageLink place={pair.from} digest={comparison.from} />
            <ImageLink place={pair.to} digest={comparison.to} />
          </p>
          {comparison.from === comparison.to ? (
            <p role="status">{texts.same}</p>
          ) : (
            <>
              <ComparedLayers comparison={comparison} />
              <ComparedConfig comparison={comparison} />
              <ComparedFilesSection pair={{ ...pair, platform: comparison.platform }} />
            </>
          )}
        </>
      )}
    </div>
  )
}

function ImageLink({ place, digest }: { readonly place: ImagePlace; readonly digest: string }) {
  const { registry, repository, reference } = place
  return (
    <a href={addressOf({ registry, repository, reference })} title={digest}>
      <bdi class="wrap">{writeImageName(place)}</bdi>
    </a>
  )
}
