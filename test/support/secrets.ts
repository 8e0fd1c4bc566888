import { inspect } from 'node:util'

/** A secret, and the part of it that no way of writing it changes: finding that finds the secret in JSON, in URLs and in forms. */
export interface Secret {
  readonly name: string
  readonly core: string
  readonly text: string
}

/** Makes a secret with all kinds of signs around a core that is found nowhere else. */
export function createSecret(name: string, before = '', after = ''): Secret {
  const core = `${name}7f3a9e1d`
  return { name, core, text: `${before}${core}${after}` }
}

/** How a secret may be written: as it is, in base64 at each of the three alignments, and in hexadecimal digits. */
function spellingsOf({ core }: Secret): readonly string[] {
  const shifted = ['', '-', '--'].map((before, index) => {
    const encoded = Buffer.from(`${before}${core}`).toString('base64')
    // The first and last characters depend on what is around the core.
    return encoded.slice(index === 0 ? 0 : 4, -4)
  })
  return [core, ...shifted, Buffer.from(core).toString('hex')]
}

const known = new Map<Secret, readonly string[]>()

/** Tells whether a text has a secret in it, however it is written. */
export function hasSecret(text: string, secret: Secret): boolean {
  const spellings = known.get(secret) ?? spellingsOf(secret)
  known.set(secret, spellings)
  const lower = text.toLowerCase()
  return spellings.some((spelling) => text.includes(spelling)) || lower.includes(secret.core.toLowerCase())
}

/** All that a program may print of a value: itself, its JSON, its own properties, and the same of its causes. */
export function shownOf(value: unknown): string {
  const texts = [inspect(value, { depth: Infinity, showHidden: true, maxStringLength: null, maxArrayLength: null })]
  const seen = new Set<unknown>()
  for (let one: unknown = value; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one)
    texts.push(String(one), one.message, one.stack ?? '', JSON.stringify(one))
    for (const key of Reflect.ownKeys(one)) texts.push(String(Reflect.get(one, key)))
    if ('errors' in one) texts.push(JSON.stringify(one.errors))
  }
  texts.push(JSON.stringify(value) ?? '')
  return texts.join('\n')
}
