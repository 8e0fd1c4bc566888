import { type ComponentsJSON, createI18n } from '@nanostores/i18n'
import { $language } from './locale.ts'

/** Loads the texts of one language, by the names of the messages. */
type LoadTexts = () => Promise<{ readonly default: ComponentsJSON }>

const loaders = new Map<string, LoadTexts>()

/**
 * Defines messages in English. Their name begins with the room: `tags/table`. `translate` has the same names.
 */
export const messages = createI18n($language, {
  async get(_language, names) {
    const rooms = new Set(names.map(roomOf))
    // Texts that do not load stay in English.
    const texts = await Promise.all(
      [...rooms].map((room) =>
        loaders
          .get(room)?.()
          .catch(() => undefined),
      ),
    )
    const found = Object.assign({}, ...texts.map((text) => text?.default))
    // A name without an entry would be waited for.
    return Object.fromEntries(names.map((name) => [name, found[name] ?? {}]).concat(Object.entries(found)))
  },
})

/** Sets where the Korean texts of a room are. */
export function translate(room: string, load: LoadTexts): void {
  loaders.set(room, load)
}

function roomOf(name: string): string {
  return name.split('/', 1)[0] ?? name
}
