import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { useTask } from '../shell/task.ts'
import { TaskBar } from '../shell/task-bar.tsx'
import { worker } from '../shell/worker.ts'
import type { DescribedReference, ImagePlace } from '../worker/image.ts'
import { ArtifactFiles } from './artifact-files.tsx'

const $texts = messages('image/referrer-files', { title: 'Files', size: 'Total size:' })

/** The files of what is attached to an image. They are looked up when they are opened. */
export function ReferrerFiles({ place }: { readonly place: ImagePlace }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [described, setDescribed] = useState<DescribedReference>()
  const task = useTask()
  const image = described?.image
  return (
    <details
      onToggle={({ currentTarget: { open } }) => {
        if (!open || described) return
        task.run(async (_, signal) => setDescribed(await worker.images.describe(place, undefined, signal)))
      }}
    >
      <summary>{texts.title}</summary>
      <TaskBar task={task} />
      {image && (
        <>
          {image.totalSize !== undefined && (
            <p>
              {texts.size} {formats.bytes(image.totalSize)}
            </p>
          )}
          <ArtifactFiles place={place} image={image} />
        </>
      )}
    </details>
  )
}
