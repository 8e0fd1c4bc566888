import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { ConfigFault } from './config.ts'
import { $config } from './settings.ts'

const $texts = messages('shell/config', {
  title: 'The settings of this page have a mistake',
  advice:
    'Ask the people who run this page to correct config.json. Until then, the page works with the other settings.',
  missing: 'There is no file config.json next to the page.',
  unreachable: 'The file cannot be loaded. Until this is corrected, deletes are turned off.',
  syntax: params('The file is not valid JSON: {message}. Until this is corrected, deletes are turned off.'),
  noObject: 'The file has to be a JSON object. Until this is corrected, deletes are turned off.',
  unknownKey: params('There is no setting "{key}".'),
  text: params('"{key}" has to be a string.'),
  switch: params('"{key}" has to be true or false. Until this is corrected, the page uses the safe value.'),
  address: params('"{key}" has to be the address of a registry, without a password.'),
  addresses: params('"{key}" has to be a list of addresses of registries, without passwords.'),
  language: params('"{key}" has to be "en" or "ko".'),
})

/** Says what is wrong with `config.json`, for the people who run the page. */
export function ConfigNotice() {
  const texts = useStore($texts)
  const faults = useStore($config)?.faults ?? []
  if (faults.length === 0) return null
  return (
    <details class="notice">
      <summary>{texts.title}</summary>
      <p>{texts.advice}</p>
      <ul class="wrap">
        {faults.map((fault) => (
          <li key={JSON.stringify(fault)}>
            <bdi>{describe(texts, fault)}</bdi>
          </li>
        ))}
      </ul>
    </details>
  )
}

function describe(texts: ReturnType<typeof $texts.get>, fault: ConfigFault): string {
  switch (fault.kind) {
    case 'missing':
      return texts.missing
    case 'unreachable':
      return texts.unreachable
    case 'syntax':
      return texts.syntax(fault)
    case 'no-object':
      return texts.noObject
    case 'unknown-key':
      return texts.unknownKey(fault)
    case 'value':
      return texts[fault.expected](fault)
  }
}
