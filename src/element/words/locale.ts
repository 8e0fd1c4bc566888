import { atom } from 'nanostores'

/** The languages that the texts are in. The first is that of the code. */
export const LANGUAGES = ['en', 'ko'] as const
export type Language = (typeof LANGUAGES)[number]

/** The language of all texts of the page and of its elements. */
export const $language = atom<Language>(preferredLanguage())

/** Finds the language of the page, or else of its reader. */
function preferredLanguage(): Language {
  if (typeof document === 'undefined') return 'en'
  return toLanguage(document.documentElement.lang) ?? languageOfReader()
}

/** Finds the language that the reader has set in the browser. */
export function languageOfReader(): Language {
  return navigator.languages.map(toLanguage).find((found) => found) ?? 'en'
}

/** Reads a BCP 47 tag, such as `ko-KR`. */
export function toLanguage(tag: string): Language | undefined {
  const [primary = ''] = tag.toLowerCase().split('-')
  return LANGUAGES.find((language) => language === primary)
}
