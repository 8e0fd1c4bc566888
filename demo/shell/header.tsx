import { useStore } from '@nanostores/preact'
import { LANGUAGES, type Language } from '../../src/element/words/locale.ts'
import { messages } from '../../src/element/words/messages.ts'
import { addressOf, type Place } from './address.ts'
import { $chosenLanguage, LANGUAGE_NAMES } from './language.ts'
import { $theme, THEMES, type Theme } from './theme.ts'

const $texts = messages('shell/header', {
  title: 'Images',
  views: 'Views',
  browse: 'Browse',
  push: 'Push',
  theme: 'Theme',
  auto: 'As the system',
  light: 'Light',
  dark: 'Dark',
  language: 'Language',
  asBrowser: 'As the browser',
})

/** The head of the page: its views, and the settings of the reader. */
export function Header({ place }: { readonly place: Place }) {
  const texts = useStore($texts)
  const theme = useStore($theme)
  const language = useStore($chosenLanguage)
  const { registry } = place
  const isPush = place.view === 'push' || registry === undefined
  return (
    <header>
      <nav aria-label={texts.views}>
        <strong>{texts.title}</strong>
        <ul>
          <li>
            <a href={addressOf({ view: 'push', registry })} aria-current={isPush ? 'page' : undefined}>
              {texts.push}
            </a>
          </li>
          {registry && (
            <li>
              <a href={addressOf({ registry })} aria-current={isPush ? undefined : 'page'}>
                {texts.browse}
              </a>
            </li>
          )}
        </ul>
        <select
          aria-label={texts.theme}
          value={theme}
          onChange={({ currentTarget }) => $theme.set(currentTarget.value as Theme)}
        >
          {THEMES.map((name) => (
            <option value={name} key={name}>
              {texts[name]}
            </option>
          ))}
        </select>
        <select
          aria-label={texts.language}
          value={language}
          onChange={({ currentTarget }) => $chosenLanguage.set(currentTarget.value as Language | '')}
        >
          <option value="">{texts.asBrowser}</option>
          {LANGUAGES.map((name) => (
            <option value={name} key={name} lang={name}>
              {LANGUAGE_NAMES[name]}
            </option>
          ))}
        </select>
      </nav>
    </header>
  )
}
