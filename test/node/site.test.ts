import { readdirSync, readFileSync } from 'node:fs'
import { getDomain } from 'tldts'
import { describe, expect, it } from 'vitest'
import { readRules, toSource } from '../../scripts/public-suffixes.js'
import { siteOf } from '../../src/registry/auth/site.ts'
import { createRandom } from '../support/random.ts'

// A token server of another site gets no secret: what is one site is compared with a package that many use.

const rules = readRules()
const suffixes = rules.map((rule) => rule.replace('!', '').replace('*', 'any'))
const differences = (hosts: readonly string[]) => {
  const sites = hosts.map((host) => ({ host, site: siteOf(host) }))
  return sites.filter(({ host, site }) => site !== (getDomain(host, { allowPrivateDomains: true }) ?? undefined))
}

describe('siteOf()', () => {
  it('finds the site of every rule of the list, and of hosts below it, as tldts does', () => {
    const hosts = suffixes.flatMap((suffix) => [suffix, `a.${suffix}`, `b.a.${suffix}`, `c.b.a.${suffix}.`])
    expect(hosts.length).toBeGreaterThan(40_000)
    expect(differences(hosts)).toEqual([])
  })

  it('finds the site of 20,000 random hosts as tldts does', () => {
    const random = createRandom(20)
    const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T
    const labels = [...new Set(suffixes.flatMap((suffix) => suffix.split('.'))), 'x_y']
    const any = Array.from({ length: 25_000 }, () => {
      const below = Array.from({ length: Math.floor(random() * 4) }, () => pick(labels))
      return [...below, random() < 0.5 ? pick(suffixes) : pick(labels)].join('.')
    })
    // A URL takes a number at the end for an address.
    const hosts = any.filter((host) => !/(^|\.)\d+$/.test(host)).slice(0, 20_000)
    expect(hosts).toHaveLength(20_000)
    expect(differences(hosts)).toEqual([])
  })

  it.each([
    ['auth.example.com', 'example.com'],
    ['auth.example.com.', 'example.com'],
    ['registry.test', 'registry.test'],
    ['a.b.www.ck', 'www.ck'],
    ['a.b.other.ck', 'b.other.ck'],
    ['victim.github.io', 'victim.github.io'],
    [new URL('https://auth.例子.公司.cn').hostname, 'xn--fsqu00a.xn--55qx5d.cn'],
  ])('finds the site of %s', (host, site) => {
    expect(siteOf(host)).toBe(site)
  })

  it.each([
    '',
    '.',
    'printer',
    'com',
    'com.',
    'github.io',
    'other.ck',
    '10.1.2.3',
    '[::1]',
    'a..com',
    '.a.com',
    'a.com..',
    'A.COM',
  ])('finds none when the host is %o', (host) => {
    expect(siteOf(host)).toBeUndefined()
  })
})

describe('the list of public suffixes', () => {
  it('is that of the tldts that is installed', () => {
    const isOfToday = readFileSync('src/registry/auth/public-suffixes.ts', 'utf8') === toSource(rules)
    expect(isOfToday, 'src/registry/auth/public-suffixes.ts is older than tldts: run npm run public-suffixes').toBe(
      true,
    )
  })

  it('has the notice of its license in the built package', () => {
    const built = readdirSync('dist/chunks').map((name) => readFileSync(`dist/chunks/${name}`, 'utf8'))
    const found = built.filter((code) => code.includes('accident-investigation') && !code.startsWith('{'))
    expect(found).toEqual([expect.stringMatching(/^\/\*!.*publicsuffix\.org.*mozilla\.org\/MPL\/2\.0.*?\*\//s)])
  })
})
