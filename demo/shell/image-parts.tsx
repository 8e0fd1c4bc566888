import { useStore } from '@nanostores/preact'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { CopyButton } from './copy-button.tsx'

// Small parts that several views show.

/** A digest, shortened. The whole is in its title. */
export function ShortDigest({ digest }: { readonly digest: string }) {
  return (
    <code class="digest" title={digest}>
      {shortDigest(digest)}
    </code>
  )
}

/** How long ago something was. The date is in its title. */
export function Age({ date }: { readonly date: string }) {
  const formats = useStore($formats)
  return (
    <time dateTime={date} title={formats.date(date)}>
      {formats.age(date)}
    </time>
  )
}

/** A line to run, with a button that copies it. */
export function CommandLine({ command, label }: { readonly command: string; readonly label?: string }) {
  return (
    <div class="command">
      <code>{command}</code>
      <CopyButton text={command} label={label} />
    </div>
  )
}
