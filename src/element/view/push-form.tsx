import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useState } from 'preact/hooks'
import type { PushProgress } from '../../index.ts'
import { type Fault, isAbort, toFault } from '../words/fault.ts'
import { $formats } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { $problemTexts, describeProblem } from '../words/problem.ts'
import type { Api } from '../worker/api.ts'
import type { PushWorker } from '../worker/main.ts'
import type { OpenedArchive, Pushed, PushListener, PushRequest } from '../worker/pushes.ts'

const $texts = messages('element/push', {
  choose: 'Choose an archive',
  drop: 'or drop it here',
  push: 'Push',
  registry: 'Registry',
  repository: 'Repository',
  tag: 'Tag',
  done: 'In the registry',
})

interface PushFormProps {
  /** The address that the form begins with. */
  readonly registry: string
  readonly worker: Api<PushWorker>
  /** Receives the events. */
  readonly host: HTMLElement
}

/** The form of `<registry-push>`. */
export function PushForm({ registry, worker, host }: PushFormProps) {
  const texts = useStore($texts)
  const problemTexts = useStore($problemTexts)
  const formats = useStore($formats)
  const [archive, setArchive] = useState<OpenedArchive>()
  const [progress, setProgress] = useState<PushProgress>()
  const [pushed, setPushed] = useState<Pushed>()
  const [fault, setFault] = useState<Fault>()

  async function attempt(act: () => Promise<void>): Promise<void> {
    setFault(undefined)
    try {
      await act()
    } catch (error) {
      if (!isAbort(error)) setFault(toFault(error))
    }
  }

  const open = (file: File) =>
    attempt(async () => {
      const { signal } = new AbortController()
      setArchive(
        await worker.pushes.open(
          file,
          proxy(() => undefined),
          signal,
        ),
      )
    })

  const push = (data: FormData) =>
    attempt(async () => {
      const text = (name: string) => String(data.get(name)).trim()
      const request: PushRequest = {
        archive: archive?.id ?? 0,
        registry: text('registry'),
        images: [{ position: 0, destinations: [{ repository: text('repository'), tags: [text('tag')] }] }],
      }
      const listener: PushListener = { onProgress: setProgress, onEvent: () => undefined }
      const result = await worker.pushes.push('push', request, proxy(listener))
      setPushed(result)
      host.dispatchEvent(new CustomEvent('pushed', { detail: result, bubbles: true, composed: true }))
    })

  const image = archive?.images[0]
  const problem = fault && describeProblem(problemTexts, fault)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void push(new FormData(event.currentTarget))
      }}
    >
      <label>
        {texts.choose} {texts.drop}
        <input
          type="file"
          onChange={({ currentTarget: { files } }) => {
            if (files?.[0]) void open(files[0])
          }}
        />
      </label>
      {image && (
        <>
          <label>
            {texts.registry} <input name="registry" required defaultValue={registry} />
          </label>
          <label>
            {texts.repository} <input name="repository" required defaultValue={image.destination.repository} />
          </label>
          <label>
            {texts.tag} <input name="tag" required defaultValue={image.destination.tag || 'latest'} />
          </label>
          <button type="submit">{texts.push}</button>
        </>
      )}
      {progress && (
        <p>
          <progress value={progress.sentBytes} max={progress.totalBytes} aria-label={texts.push} />{' '}
          {formats.bytes(progress.sentBytes)}
        </p>
      )}
      <div role="status">
        {pushed && (
          <p>
            {texts.done} <code>{pushed.tags[0]?.digest}</code>
          </p>
        )}
      </div>
      <div role="alert">
        {problem && (
          <p class="fault">
            {problem.title}. {problem.advice}
          </p>
        )}
      </div>
    </form>
  )
}
