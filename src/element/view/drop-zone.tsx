import { useStore } from '@nanostores/preact'
import { useRef } from 'preact/hooks'
import type { EntryInput } from '../queue/entry.ts'
import { messages } from '../words/messages.ts'
import { readChosen } from './dropped.ts'
import { type PickFiles, pickFiles } from './pick-files.ts'

const $texts = messages('element/drop', {
  choose: 'Choose archives',
  folder: 'Choose a folder',
  drop: 'or drop them here',
  formats: 'Files from docker save, podman, buildah, skopeo or kaniko. They can be packed with gzip, zstd or zip.',
})

interface DropZoneProps {
  /** True while files are dragged over the page. */
  readonly isTarget: boolean
  /** True if there is something else to see already. */
  readonly isSmall: boolean
  onChoose(inputs: readonly EntryInput[]): void
}

/** Where archives come in: two buttons, and a place to drop files and folders on. */
export function DropZone({ isTarget, isSmall, onChoose }: DropZoneProps) {
  const texts = useStore($texts)
  return (
    <div class="drop" part="drop" data-target={isTarget} data-small={isSmall}>
      <div class="row">
        <FileButton label={texts.choose} pick={pickFiles()} onChoose={onChoose} />
        <FileButton label={texts.folder} isFolder isQuiet onChoose={onChoose} />
        <span>{texts.drop}</span>
      </div>
      <p class="muted">{texts.formats}</p>
    </div>
  )
}

interface FileButtonProps extends Pick<DropZoneProps, 'onChoose'> {
  readonly label: string
  readonly isFolder?: boolean
  /** True if another button is the first to use. */
  readonly isQuiet?: boolean
  /** The browser's own picker, which gives files that can be opened again after a reload. */
  readonly pick?: PickFiles | undefined
}

/** A button that lets the user choose files, or a folder. */
export function FileButton({ label, isFolder = false, isQuiet = false, pick, onChoose }: FileButtonProps) {
  const isPicking = useRef(false)
  const isPickRefused = useRef(false)
  return (
    <label class="button" data-kind={isQuiet ? 'quiet' : undefined} part={isQuiet ? 'button' : 'button primary'}>
      {label}
      <input
        type="file"
        class="unseen"
        multiple
        // A folder of an unpacked archive: not all engines have this in their types.
        {...(isFolder && { webkitdirectory: true })}
        onClick={async (event) => {
          if (!pick || isPickRefused.current) return
          event.preventDefault()
          // The browser refuses a second picker while one is open.
          if (isPicking.current) return
          isPicking.current = true
          const input = event.currentTarget
          const picked = await pick().finally(() => (isPicking.current = false))
          if (picked) return onChoose(picked)
          isPickRefused.current = true
          input.click()
        }}
        onChange={({ currentTarget }) => {
          onChoose(readChosen(currentTarget.files ?? []))
          // The same file can be chosen again, after it has changed.
          currentTarget.value = ''
        }}
      />
    </label>
  )
}
