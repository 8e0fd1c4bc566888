import { useStore } from '@nanostores/preact'
import { messages } from '../words/messages.ts'
import { $warningTexts, describeWarning } from '../words/warning.ts'

const $texts = messages('element/warnings', { title: 'Notes about the archive' })

/** Lists the warnings about an archive. Each text has the words of the SDK in its title. */
export function WarningList({ warnings }: { readonly warnings: readonly string[] }) {
  const texts = useStore($texts)
  const words = useStore($warningTexts)
  if (warnings.length === 0) return null
  return (
    <ul class="warnings" aria-label={texts.title}>
      {warnings.map((warning) => (
        <li key={warning} title={warning}>
          <bdi>{describeWarning(words, warning) ?? warning}</bdi>
        </li>
      ))}
    </ul>
  )
}
