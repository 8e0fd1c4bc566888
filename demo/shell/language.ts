import { persistentAtom } from '@nanostores/persistent'
import { $language, LANGUAGES, type Language, preferredLanguage } from '../../src/element/words/locale.ts'

/** The language that the user chose. Empty for that of the browser. */
export const $chosenLanguage = persistentAtom<Language | ''>('language', '')

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' }

/** Keeps the language of the page at what the user chose. */
export function followLanguage(): void {
  const preferred = preferredLanguage()
  $chosenLanguage.subscribe((chosen) => {
    const language = LANGUAGES.find((known) => known === chosen) ?? preferred
    document.documentElement.lang = language
    $language.set(language)
  })
}
