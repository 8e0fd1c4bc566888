/** One way to sign in that a server offers (RFC 9110 § 11.3 Challenge and Response). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** By their names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

const SEPARATORS = /[\s,]*/y
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
/** A value without a name, as in `Negotiate`. It ends where the list continues. */
const TOKEN68 = /[ \t]+[A-Za-z0-9\-._~+/]+=*[ \t]*(?=,|$)/y
const EQUALS = /[ \t]*=[ \t]*/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy

/**
 * Reads the challenges of a `WWW-Authenticate` header by the grammar of RFC 9110 § 11.6.1: several in one header, or in
 * several that `fetch` has joined, with quoted commas and escapes. What comes after a fault is left out.
 */
export function parseChallenges(header: string | null): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  const text = header ?? ''
  let position = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (!match) return undefined
    position = pattern.lastIndex
    return match[1] ?? match[0]
  }
  for (;;) {
    take(SEPARATORS)
    const name = take(TOKEN)?.toLowerCase()
    if (name === undefined) return challenges
    const current = challenges.at(-1)
    if (take(EQUALS) === undefined) {
      challenges.push({ scheme: name, parameters: new Map() })
      take(TOKEN68)
      continue
    }
    const value = take(QUOTED)?.replaceAll(/\\(.)/gs, '$1') ?? take(TOKEN)
    if (!current || value === undefined) return challenges
    if (!current.parameters.has(name)) current.parameters.set(name, value)
  }
}
