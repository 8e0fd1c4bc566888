import { RegistryError, type RegistryInput } from 'registry-api-v2-client'
import { PauseButton } from './PauseButton.tsx'
import { type PushState, usePush } from './usePush.ts'

export function PushForm({ registry }: { registry: RegistryInput }) {
  const { state, start } = usePush(registry)

  function submit(fields: FormData) {
    const archive = fields.get('archive')
    if (archive instanceof File) void start(archive, String(fields.get('image')))
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit(new FormData(event.currentTarget))
      }}
    >
      <p>
        <label>
          Archive of docker save: <input type="file" name="archive" required />
        </label>
      </p>
      <p>
        <label>
          Image: <input name="image" placeholder="team/app:v1" required />
        </label>
      </p>
      {state.step === 'pushing' ? (
        <>
          <progress value={state.progress?.sentBytes ?? 0} max={state.progress?.totalBytes || 1} />
          <PauseButton controller={state.controller} />
          <button type="button" onClick={() => state.controller.abort()}>
            Cancel
          </button>
        </>
      ) : (
        <button type="submit">Push</button>
      )}
      <output>{describe(state)}</output>
    </form>
  )
}

function describe(state: PushState): string {
  switch (state.step) {
    case 'idle':
      return ''
    case 'pushing':
      return 'Pushing…'
    case 'cancelled':
      return 'Cancelled'
    case 'pushed':
      return `Pushed ${state.digest}`
    case 'failed':
      return explain(state.error)
  }
}

/** The code tells errors apart: say here what your users need to know. */
function explain(error: unknown): string {
  if (!(error instanceof RegistryError)) return String(error)
  if (error.code === 'NO_ANSWER') return 'The registry does not answer.'
  return `${error.code}: ${error.message}`
}
