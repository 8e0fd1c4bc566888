import { jsonAnswer, refusalBy } from './answers.ts'
import type { ListRules } from './rules.ts'
import { findRepository, type Storage } from './storage.ts'

/** `GET /v2/_catalog`: the repositories that hold a manifest. */
export function listRepositories({ repositories }: Storage, url: URL, rules: ListRules): Response {
  const names = [...repositories].flatMap(([name, { manifests }]) => (manifests.size > 0 ? [name] : []))
  const { items, next } = page(names, url, rules)
  if (rules.catalogLink === 'standard') return jsonAnswer(200, { repositories: items }, linkTo(url.pathname, next))
  const query = new URLSearchParams({ n: url.searchParams.get('n') ?? String(rules.maxN), last: items.at(-1) ?? '' })
  const link = `${url.protocol}//${url.hostname}${url.pathname}?${query}; rel=next`
  return jsonAnswer(200, { repositories: items }, { link })
}

/** `GET …/tags/list` (distribution-spec § Listing Tags) */
export function listTags(storage: Storage, name: string, url: URL, rules: ListRules): Response {
  const tags = [...findRepository(storage, name).tags.keys()]
  const { items, next } = rules.pagesTags ? page(tags, url, rules, rules.linksFullPages) : { items: tags }
  const shown = items.length === 0 && rules.noTags === 'null' ? null : items
  return jsonAnswer(200, { name, tags: shown }, linkTo(url.pathname, next))
}

/** A page of names, and the query of the next one, if there is one. */
function page(
  names: readonly string[],
  url: URL,
  { pageSize, maxN, tooLargeN }: ListRules,
  linksFullPages = false,
): { items: readonly string[]; next?: URLSearchParams } {
  const n = url.searchParams.get('n')
  if (n !== null && !(/^[0-9]+$/.test(n) && Number(n) <= maxN)) throw refusalBy(tooLargeN, { max: maxN })
  const last = url.searchParams.get('last') ?? ''
  const rest = names.filter((name) => name > last).toSorted(byCodeUnits)
  const size = Math.min(n === null ? pageSize : Number(n), pageSize)
  const items = rest.slice(0, size)
  const isLast = items.length === rest.length && !(linksFullPages && items.length === size)
  if (isLast || items.length === 0) return { items }
  return { items, next: new URLSearchParams({ last: items.at(-1) as string, n: String(size) }) }
}

function linkTo(path: string, next: URLSearchParams | undefined): Record<string, string> {
  return next ? { link: `<${path}?${next}>; rel="next"` } : {}
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1
}
