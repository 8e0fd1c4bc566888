import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { PushProgress } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { MovingTags } from '../change/moving-tags.tsx'
import { Transfer } from '../change/transfer.tsx'
import { remember } from '../registries/remembered.ts'
import { addressOf } from '../shell/address.ts'
import { CommandLine } from '../shell/image-parts.tsx'
import { ProblemView } from '../shell/problem-view.tsx'
import { pullCommand } from '../shell/pull-command.ts'
import { hostOf } from '../shell/registry-name.tsx'
import { useStay } from '../shell/stay.ts'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import type { BuiltImage } from '../worker/building.ts'
import type { CopyTo } from '../worker/copying.ts'
import type { TagTarget } from '../worker/tagging.ts'

const $texts = messages('build/built', {
  title: 'New image',
  digest: 'Digest',
  layer: 'New layer',
  all: 'All layers',
  warnings: 'Left out, because they belong to the base image:',
  push: 'Push the image',
  pushAndMove: count({ one: 'Push and move {count} tag', many: 'Push and move {count} tags' }),
  pushing: 'Pushing the image',
  done: params('Pushed: {name}'),
  show: 'Show the image',
  cancelled: 'Cancelled. No tag was set. If you push again, the push continues where it stopped.',
})

/** How long the destination has to rest before its tags are looked up, in milliseconds. */
const REST = 400

interface BuiltViewProps {
  readonly built: BuiltImage
  readonly to: CopyTo
  /** False if the destination cannot be used as it is typed. */
  readonly isValid: boolean
}

/** Shows a built image and the tags that it gets, and pushes it. */
export function BuiltView({ built, to, isValid }: BuiltViewProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const id = useId()
  const title = useRef<HTMLHeadingElement>(null)
  const [looked, setLooked] = useState<{ readonly place: string; readonly targets: readonly TagTarget[] }>()
  const [progress, setProgress] = useState<PushProgress>()
  const [pushed, setPushed] = useState<{ readonly place: string; readonly digest?: string }>()
  const looking = useWork()
  const pushing = useWork()
  useStay(pushing.isRunning)
  const { registry, repository, tags } = to

  const place = JSON.stringify(to)
  const isReady = isValid && registry !== '' && repository !== '' && tags.length > 0

  const look = () =>
    looking.run(async (signal) => {
      const targets = await worker.tagging.look(registry, repository, tags, signal)
      setLooked({ place, targets })
    })
  useEffect(() => {
    if (!isReady) return
    const timer = setTimeout(look, REST)
    return () => {
      clearTimeout(timer)
      looking.cancel()
    }
  }, [place, isReady])
  // The image appears below a long form.
  useEffect(() => {
    title.current?.focus({ preventScroll: true })
    title.current?.scrollIntoView()
  }, [])

  const push = () =>
    pushing.run(async (signal) => {
      setPushed({ place })
      const digest = await worker.building.push(id, built.id, to, proxy(setProgress), signal)
      remember(registry, repository)
      setPushed({ place, digest })
    })

  const targets = looked?.place === place ? looked.targets : []
  const moving = targets.filter(({ digest }) => digest !== undefined && digest !== built.digest).length
  const isStarted = pushed?.place === place
  const digest = isStarted ? pushed.digest : undefined

  const image = `${repository}${tags[0] ? `:${tags[0]}` : `@${built.digest}`}`
  const name = `${hostOf(registry)}/${image}`
  const pull = pullCommand(registry, image)
  return (
    <section aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`} ref={title} tabIndex={-1}>
        {texts.title}
      </h2>
      <dl class="facts">
        <dt>{texts.digest}</dt>
        <dd>
          <code>{built.digest}</code>
        </dd>
        <dt>{texts.layer}</dt>
        <dd>{formats.bytes(built.layerBytes)}</dd>
        <dt>{texts.all}</dt>
        <dd>{formats.bytes(built.totalBytes)}</dd>
      </dl>
      {built.warnings.length > 0 && (
        <div class="warning">
          <p>{texts.warnings}</p>
          <ul lang="en">
            {built.warnings.map((warning) => (
              <li class="wrap" key={warning}>
                {warning}
              </li>
            ))}
          </ul>
        </div>
      )}
      {!digest && <MovingTags targets={targets} digest={built.digest} />}
      <ProblemView fault={looking.fault} registry={registry} onRetry={look} />
      {!digest && !pushing.isRunning && (
        <button type="button" disabled={!isReady || looked?.place !== place} onClick={push}>
          {moving > 0 ? texts.pushAndMove(moving) : texts.push}
        </button>
      )}
      {pushing.isRunning && <Transfer id={id} label={texts.pushing} progress={progress} onCancel={pushing.cancel} />}
      <ProblemView fault={pushing.fault} registry={registry} onRetry={push} />
      <div role="status">
        {digest && <p class="wrap">{texts.done({ name })}</p>}
        {isStarted && !digest && !pushing.isRunning && !pushing.fault && <p>{texts.cancelled}</p>}
      </div>
      {digest && (
        <>
          {pull && <CommandLine command={pull} />}
          <a href={addressOf({ registry, repository, reference: tags[0] ?? digest })}>{texts.show}</a>
        </>
      )}
    </section>
  )
}
