import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'

const $texts = messages('doctor/upload', {
  title: 'Try an upload',
  note: 'May this page open an upload in a repository, send 16 bytes, and cancel it? No image and no tag changes.',
  repository: 'Repository',
  try: 'Open and cancel an upload',
})

interface TrialUploadProps {
  readonly isRunning: boolean
  onTry(repository: string): void
}

/** Asks for leave to open an upload. */
export function TrialUpload({ isRunning, onTry }: TrialUploadProps) {
  const texts = useStore($texts)
  return (
    <section>
      <h2>{texts.title}</h2>
      <p>{texts.note}</p>
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault()
          onTry(String(new FormData(event.currentTarget).get('repository')).trim())
        }}
      >
        <input name="repository" required aria-label={texts.repository} placeholder="team/app" />
        <button type="submit" disabled={isRunning}>
          {texts.try}
        </button>
      </form>
    </section>
  )
}
