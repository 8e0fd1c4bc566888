import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import type { Entry, ShownEntry } from '../queue/entry.ts'
import { $formats } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import type { Form } from './form.ts'
import { movingTags } from './plan-view.tsx'

const $texts = messages('element/state', {
  opening: 'Reading the archive…',
  spool: params('Unpacking: {done}'),
  hash: params('Reading layers: {done}'),
  verify: params('Checking: {done}'),
  ready: count({
    one: '{count} image found. Nothing is sent yet.',
    other: '{count} images found. Nothing is sent yet.',
  }),
  planning: 'Checking what the registry already has…',
  planned: 'The plan is ready. Nothing is sent yet.',
  confirm: 'The push would move tags. Look at the plan, then push.',
  waiting: 'Waiting for its turn.',
  held: 'Paused. The push starts when you resume.',
  reaching: 'Connecting to the registry…',
  pushing: 'Pushing…',
  manifests: 'All layers are uploaded. Writing the manifest…',
  retry: 'The connection is unstable. Trying again…',
  resumed: 'Continuing where it stopped…',
  restart: 'The registry lost a layer. Sending it again…',
  paused: 'Paused.',
  pushed: params('Pushed {names}.'),
  pushedMany: params('Pushed {count} names.'),
  unread: 'Not read.',
  failed: 'Not pushed.',
  cancelled: 'Cancelled. You can push again.',
  cancelling: 'Cancelling… This can take up to 5 seconds.',
  'needs-file': 'The browser no longer has this file. Choose it again to continue.',
})

/** More names than this are counted. */
const MAX_NAMES = 5

/** Says how an archive is getting on. Screen readers hear it change. */
export function EntryState({ entry: { id, $shown, progress }, form }: { readonly entry: Entry; readonly form: Form }) {
  const shown = useStore($shown)
  const { phase } = useStore(progress.$total, { keys: ['phase'] })
  const isCancelling = useStore(form.$cancelling).has(id)
  const isPaused = useStore(form.$state) === 'paused'
  const texts = useStore($texts)
  const formats = useStore($formats)
  return (
    <p role="status" class="state">
      <bdi>{isCancelling ? texts.cancelling : describe()}</bdi>
    </p>
  )

  function describe(): string {
    const { state, archive, opening, plan, result } = shown
    switch (state) {
      case 'opening':
        return opening ? texts[opening.phase]({ done: formats.bytes(opening.doneBytes) }) : texts.opening
      case 'ready':
        return texts.ready(archive?.images.length ?? 0)
      case 'waiting':
        return isPaused ? texts.held : texts.waiting
      case 'planned':
        return plan && movingTags(plan).length > 0 ? texts.confirm : texts.planned
      case 'failed':
        return archive ? texts.failed : texts.unread
      case 'pushing':
        return describePush(shown)
      case 'pushed': {
        const names = result?.tags.map(({ repository, tag }) => `${repository}:${tag}`) ?? []
        return names.length > MAX_NAMES
          ? texts.pushedMany({ count: names.length })
          : texts.pushed({ names: names.join(', ') })
      }
      default:
        return texts[state]
    }
  }

  function describePush({ events }: ShownEntry): string {
    const last = events.at(-1)
    if (phase === 'idle' || phase === 'plan') return texts.reaching
    if (phase === 'manifests' || phase === 'verify') return texts.manifests
    if (last?.kind === 'retry' || last?.kind === 'restart') return texts[last.kind]
    return last?.kind === 'resume' ? texts.resumed : texts.pushing
  }
}
