import { PUBLIC_SUFFIXES } from './public-suffixes.ts'

const RULES = readRules(PUBLIC_SUFFIXES)

/**
 * Finds the site of a host: the domain that one owner has registered, by the public suffix list. Suffixes of hosting
 * services count too: two of their customers are two sites.
 *
 * @param host as a URL has it: in lower case, and in Punycode
 * @returns `undefined` for an address, a name without dots, and a public suffix itself
 */
export function siteOf(host: string): string | undefined {
  const labels = host.replace(/\.$/, '').split('.')
  const isName = labels.every((label) => /^[a-z\d_-]{1,63}$/.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '')
  if (!isName) return undefined
  // The longest first, as the longest rule that matches decides.
  const names = labels.map((_, index) => labels.slice(index).join('.'))
  const index = names.findIndex((name, index) => {
    return RULES.has(name) || RULES.has(`!${name}`) || RULES.has(`*.${names[index + 1]}`)
  })
  if (RULES.has(`!${names[index]}`)) return names[index]
  // The last label of a name that no rule matches is its suffix.
  return names[(index === -1 ? names.length - 1 : index) - 1]
}

/** Reads `uk(ac,~x(y))` as the rules uk, ac.uk and y.x.uk. */
function readRules(text: string): ReadonlySet<string> {
  const rules = new Set<string>()
  const parents: string[] = []
  let name = ''
  for (const [token] of text.matchAll(/[()]|[^(),\n]+/g)) {
    if (token === '(') parents.push(name)
    else if (token === ')') parents.pop()
    else {
      const label = token.replace('~', '')
      name = parents.length > 0 ? `${label}.${parents.at(-1)}` : label
      if (label === token) rules.add(name)
    }
  }
  return rules
}
