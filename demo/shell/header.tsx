import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { addressOf, type Place, type View } from './address.ts'
import { RegistryName } from './registry-name.tsx'
import { $config } from './settings.ts'
import { SettingsMenu } from './settings-menu.tsx'

const $texts = messages('shell/header', {
  title: 'Registry',
  views: 'Views',
  browse: 'Browse',
  push: 'Push',
  build: 'Build',
  doctor: 'Check',
  registries: 'Registries',
  noRegistry: 'Choose a registry',
})

/** The head of the page: its name, the registry in use, the views, and the settings. */
export function Header({ place, view }: { readonly place: Place; readonly view: View }) {
  const texts = useStore($texts)
  const config = useStore($config)
  const { registry } = place
  const links: ReadonlyArray<readonly [view: View, to: Place]> = [
    ['browse', registry ? { registry } : { view: 'registries' }],
    ...(config?.readOnly
      ? []
      : ([
          ['push', { view: 'push', registry }],
          ['build', { view: 'build', registry }],
        ] as const)),
    ['doctor', { view: 'doctor', registry }],
  ]
  return (
    <header>
      <a href="?" class="brand">
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
          <path d="M16 3 28 9v14l-12 6L4 23V9z" fill="var(--accent)" />
          <path d="M16 15 28 9M16 15 4 9M16 15v14" fill="none" stroke="#fff" stroke-opacity="0.85" stroke-width="2" />
        </svg>
        <bdi>{config?.title ?? texts.title}</bdi>
      </a>
      <a href={addressOf({ view: 'registries' })} class="registry" title={texts.registries}>
        {registry ? <RegistryName registry={registry} /> : texts.noRegistry}
      </a>
      <nav aria-label={texts.views}>
        <ul>
          {links.map(([name, to]) => (
            <li key={name}>
              <a href={addressOf(to)} aria-current={name === view ? 'page' : undefined}>
                {texts[name as keyof typeof texts] as string}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <SettingsMenu />
    </header>
  )
}
