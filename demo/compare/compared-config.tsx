import { useStore } from '@nanostores/preact'
import type { ConfigChange } from 'registry-api-v2-client'
import { messages } from '../../src/element/words/messages.ts'
import type { Comparison } from '../worker/comparisons.ts'

const $texts = messages('compare/config', {
  title: 'Configuration',
  none: 'The configurations are the same.',
  setting: 'Setting',
  first: 'First image',
  second: 'Second image',
  absent: 'not set',
})

/** The settings that differ between two images. */
export function ComparedConfig({ comparison: { config } }: { readonly comparison: Comparison }) {
  const texts = useStore($texts)
  return (
    <section aria-labelledby="compared-config-title">
      <h2 id="compared-config-title">{texts.title}</h2>
      {config.length === 0 ? (
        <p>{texts.none}</p>
      ) : (
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">{texts.setting}</th>
              <th scope="col">{texts.first}</th>
              <th scope="col">{texts.second}</th>
            </tr>
          </thead>
          <tbody>
            {config.map((change) => (
              <Change key={`${change.field} ${change.name}`} change={change} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Change({ change: { type, field, name, from, to } }: { readonly change: ConfigChange }) {
  const texts = useStore($texts)
  return (
    <tr>
      <th scope="row" class="wrap">
        {field}
        {name !== undefined && (
          <>
            : <bdi>{name}</bdi>
          </>
        )}
      </th>
      <td class="wrap">{type === 'added' ? <small class="muted">{texts.absent}</small> : <del>{textOf(from)}</del>}</td>
      <td class="wrap">{type === 'removed' ? <small class="muted">{texts.absent}</small> : <ins>{textOf(to)}</ins>}</td>
    </tr>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
