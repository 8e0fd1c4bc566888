import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { CommandLine } from '../shell/image-parts.tsx'
import type { DescribedReference } from '../worker/image.ts'
import { isTrial } from '../worker/trial-address.ts'

const $texts = messages('image/pull', {
  title: 'Pull the image',
  byTag: 'Copy the command with the tag',
  byDigest: 'Copy the command with the digest',
})

interface PullLinesProps {
  readonly described: DescribedReference
  readonly reference: string
}

/** The lines by which Docker pulls an image: by its tag, and by its digest. It cannot pull from the trial registry. */
export function PullLines({ described: { name, digest, image }, reference }: PullLinesProps) {
  const texts = useStore($texts)
  const [host = ''] = name.split('/')
  if (image?.kind === 'artifact' || isTrial(host)) return null
  const lines = [{ line: `docker pull ${name}@${digest}`, label: texts.byDigest }]
  if (reference !== digest) lines.unshift({ line: `docker pull ${name}:${reference}`, label: texts.byTag })
  return (
    <section aria-label={texts.title}>
      {lines.map(({ line, label }) => (
        <CommandLine key={line} command={line} label={label} />
      ))}
    </section>
  )
}
