import { useStore } from '@nanostores/preact'
import { LANGUAGES, type Language } from '../../src/element/words/locale.ts'
import { messages } from '../../src/element/words/messages.ts'
import { $chosenLanguage, LANGUAGE_NAMES } from './language.ts'
import { $theme, THEMES, type Theme } from './theme.ts'

const $texts = messages('shell/settings', {
  settings: 'Settings',
  theme: 'Theme',
  auto: 'Same as the system',
  light: 'Light',
  dark: 'Dark',
  language: 'Language',
  asBrowser: 'Same as the browser',
})

/** The settings of the reader: theme and language. They are kept in the browser. */
export function SettingsMenu() {
  const texts = useStore($texts)
  const theme = useStore($theme)
  const language = useStore($chosenLanguage)
  return (
    <>
      <button type="button" class="quiet" popoverTarget="settings" aria-label={texts.settings} title={texts.settings}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path
            d="M4 7h10m4 0h2M4 17h2m4 0h10M14 4v6M10 14v6"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
          />
        </svg>
      </button>
      <div id="settings" popover="auto" class="menu">
        <label>
          {texts.theme}
          <select value={theme} onChange={({ currentTarget }) => $theme.set(currentTarget.value as Theme)}>
            {THEMES.map((name) => (
              <option value={name} key={name}>
                {texts[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {texts.language}
          <select
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
        </label>
      </div>
    </>
  )
}
