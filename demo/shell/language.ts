import { persistentAtom } from '@nanostores/persistent'
import { computed } from 'nanostores'
import { $language, LANGUAGES, type Language, languageOfReader } from '../../src/element/words/locale.ts'
import { $config } from './settings.ts'

/** The language that the user chose. Empty for that of `config.json`, or of the browser. */
export const $chosenLanguage = persistentAtom<Language | ''>('language', '')

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' }

/** Keeps the language of the page at what the user, the team or the browser wants, in this order. */
export function followLanguage(): void {
  const preferred = languageOfReader()
  const $wanted = computed([$chosenLanguage, $config], (chosen, config) => {
    return LANGUAGES.find((known) => known === chosen) ?? config?.language ?? preferred
  })
  $wanted.subscribe((language) => {
    document.documentElement.lang = language
    $language.set(language)
  })
}
