import { params } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import type { ConfigFault } from './config.ts'
import { $config } from './settings.ts'

const $texts = messages('shell/config', {
  title: 'The settings of this page have a mistake',
  advice:
    'Ask the people who run this page to correct config.json. Until then, the page works without the wrong settings, and does not delete.',
  unreachable: 'The file cannot be loaded.',
  syntax: params('The file is not valid JSON: {message}'),
  noObject: 'The file has to be a JSON object.',
  unknownKey: params('There is no setting "{key}".'),
  value: params('The value of "{key}" cannot be used.'),
})

/** Says what is wrong with `config.json`, for the people who run the page. */
export function ConfigNotice() {
  const texts = useStore($texts)
  const faults = useStore($config)?.faults.filter(({ kind }) => kind !== 'missing') ?? []
  if (faults.length === 0) return null

  function describe(fault: ConfigFault): string {
    switch (fault.kind) {
      case 'syntax':
        return texts.syntax(fault)
      case 'no-object':
        return texts.noObject
      case 'unknown-key':
        return texts.unknownKey(fault)
      case 'value':
        return texts.value({ key: fault.key })
      default:
        return texts.unreachable
    }
  }

  return (
    <details class="notice">
      <summary>{texts.title}</summary>
      <p>{texts.advice}</p>
      <ul>
        {faults.map((fault) => (
          <li key={describe(fault)}>{describe(fault)}</li>
        ))}
      </ul>
    </details>
  )
}
