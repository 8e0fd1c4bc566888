import { CopyButton } from '../../src/element/view/copy-button.tsx'
import { shortDigest } from '../../src/element/words/format.ts'

// Small parts that several views show.

/** A digest, shortened. The whole is in its title. */
export function ShortDigest({ digest }: { readonly digest: string }) {
  return (
    <code class="digest" title={digest}>
      {shortDigest(digest)}
    </code>
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
