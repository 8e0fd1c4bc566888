import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages, translate } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { addressOf, goTo } from '../shell/address.ts'
import { Breadcrumbs } from '../shell/breadcrumbs.tsx'
import { useLoading } from '../shell/loading.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'
import type { Comparison, ImagePair } from '../worker/comparisons.ts'
import type { ImagePlace } from '../worker/image.ts'
import { imageName } from '../worker/image-name.ts'
import { ComparedConfig } from './compared-config.tsx'
import { ComparedFilesSection } from './compared-files.tsx'
import { ComparedLayers } from './compared-layers.tsx'
import { readImageName } from './second-image.ts'
import { TagSuggestions } from './tag-suggestions.tsx'
import './compare.css'

translate('compare', () => import('./ko.ts'))

const $texts = messages('compare/view', {
  title: 'Compare two images',
  first: 'First image',
  second: 'Second image',
  hint: 'A tag, or repository:tag',
  compare: 'Compare',
  swap: 'Swap',
  missing: params('The registry does not have {image}'),
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
      <Breadcrumbs place={first} here={texts.title} />
      <h1 id="compare-title">{texts.title}</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const data = new FormData(event.currentTarget)
          const from = readImageName(String(data.get('first')), repository)
          const to = from && readImageName(String(data.get('second')), from.repository)
          if (from && to) goTo({ view: 'compare', registry, ...from, with: imageName(to) })
        }}
      >
        <label>
          {texts.first}
          <input
            key={`${repository} ${reference}`}
            name="first"
            required
            defaultValue={reference && imageName(first)}
            list="compare-tags"
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
            list="compare-tags"
            spellcheck={false}
            autocapitalize="off"
          />
        </label>
        <button type="submit">{texts.compare}</button>
        {pair && (
          <button
            type="button"
            class="outline"
            onClick={() => goTo({ view: 'compare', ...pair.to, with: imageName(first), part })}
          >
            {texts.swap}
          </button>
        )}
      </form>
      <TagSuggestions id="compare-tags" registry={registry} repository={repository} />
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
      <ProblemView
        fault={fault}
        title={fault?.code === 'NOT_FOUND' && fault.place ? texts.missing({ image: fault.place }) : undefined}
        onRetry={reload}
      />
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
              <ComparedFilesSection
                pair={{ ...pair, platform: comparison.platform }}
                size={sizeOf(comparison.layers)}
              />
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
      <bdi class="wrap">{imageName(place)}</bdi>
    </a>
  )
}

/** The size of the layers that a comparison of files reads: the common ones once. */
function sizeOf({ shared, removed, added }: Comparison['layers']): number {
  return [...shared, ...removed, ...added].reduce((sum, { size }) => sum + size, 0)
}
