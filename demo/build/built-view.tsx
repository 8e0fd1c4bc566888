import { params } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useEffect, useId, useState } from 'preact/hooks'
import type { PushProgress } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { MovingTags } from '../change/moving-tags.tsx'
import { Transfer } from '../change/transfer.tsx'
import { addressOf } from '../shell/address.ts'
import { CommandLine } from '../shell/image-parts.tsx'
import { ProblemView } from '../shell/problem-view.tsx'
import { pullCommand } from '../shell/pull-command.ts'
import { hostOf } from '../shell/registry-name.tsx'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import type { BuiltImage } from '../worker/building.ts'
import type { CopyTo } from '../worker/copying.ts'
import type { TagTarget } from '../worker/tagging.ts'

const $texts = messages('build/built', {
  title: 'The image',
  digest: 'Digest',
  layer: 'New layer',
  all: 'All layers',
  warnings: 'Left out, since they are about the base image:',
  push: 'Push the image',
  pushing: 'Pushing the image',
  done: params('In the registry: {name}'),
  show: 'Show the image',
  cancelled: 'Cancelled. No tag was set; a new push goes on from there.',
})

interface BuiltViewProps {
  readonly built: BuiltImage
  readonly to: CopyTo
}

/** Shows a built image and the tags that it gets, and pushes it. */
export function BuiltView({ built, to }: BuiltViewProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const id = useId()
  const [targets, setTargets] = useState<readonly TagTarget[]>([])
  const [progress, setProgress] = useState<PushProgress>()
  const [digest, setDigest] = useState<string>()
  const [isStarted, setStarted] = useState(false)
  const looking = useWork()
  const pushing = useWork()
  const { registry, repository, tags } = to

  const look = () =>
    looking.run(async (signal) => setTargets(await worker.tagging.look(registry, repository, tags, signal)))
  useEffect(() => void look(), [])

  const push = () =>
    pushing.run(async (signal) => {
      setStarted(true)
      setDigest(await worker.building.push(id, built.id, to, proxy(setProgress), signal))
    })

  const image = `${repository}${tags[0] ? `:${tags[0]}` : `@${built.digest}`}`
  const name = `${hostOf(registry)}/${image}`
  const pull = pullCommand(registry, image)
  return (
    <section aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{texts.title}</h2>
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
        <button type="button" disabled={looking.isRunning} onClick={push}>
          {texts.push}
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
