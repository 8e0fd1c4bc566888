import { persistentAtom } from '@nanostores/persistent'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** Light, dark, or what the system has. */
export const $theme = persistentAtom<Theme>('theme', 'auto')

/** Keeps the theme of the page at what the user chose. */
export function followTheme(): void {
  $theme.subscribe((theme) => {
    const root = document.documentElement
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    else delete root.dataset.theme
    root.style.colorScheme = root.dataset.theme ?? ''
  })
}
