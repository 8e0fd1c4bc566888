import { jsonAnswer, refusalBy } from './answers.ts'
import type { LinkForm, ListRules } from './rules.ts'
import { findRepository, type Storage } from './storage.ts'

/** A page of names, and the query for the next page, if any. */
interface ListPage {
  readonly items: readonly string[]
  readonly next?: URLSearchParams
}

/** Answers `GET /v2/_catalog`: lists the repositories that have a manifest. */
export function listRepositories({ repositories }: Storage, url: URL, rules: ListRules): Response {
  const names = [...repositories].flatMap(([name, { manifests }]) => (manifests.size > 0 ? [name] : []))
  const shown = page(names, url, rules)
  return jsonAnswer(200, { repositories: shown.items }, linkTo(rules.catalogLink, url, shown))
}

/** Answers `GET …/tags/list` (distribution-spec § Listing Tags). */
export function listTags(storage: Storage, name: string, url: URL, rules: ListRules): Response {
  const names = [...findRepository(storage, name).tags.keys()]
  const isWhole = rules.ignoresLastOfWhole && Number(url.searchParams.get('n')) >= names.length
  const shown = rules.pagesTags && !isWhole ? page(names, url, rules, rules.linksFullPages) : { items: names }
  const tags = shown.items.length === 0 && rules.noTags === 'null' ? null : shown.items
  return jsonAnswer(200, { name, tags }, linkTo(rules.tagsLink, url, shown))
}

function page(
  names: readonly string[],
  url: URL,
  { pageSize, maxN, tooLargeN }: ListRules,
  linksFullPages = false,
): ListPage {
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

function linkTo(form: LinkForm, url: URL, { items, next }: ListPage): Record<string, string> {
  const { pathname, protocol, hostname, searchParams } = url
  if (form === 'bare-always') {
    const query = new URLSearchParams({ n: searchParams.get('n') ?? '1000', last: items.at(-1) ?? '' })
    return { link: `${protocol}//${hostname}${pathname}?${query}; rel=next` }
  }
  if (form === 'none' || !next) return {}
  if (form === 'bare') return { link: `${pathname}?${next}; rel="next"` }
  const targets = {
    standard: pathname,
    inner: `http://registry:5000/repository/docker${pathname}`,
    // Removes the first part of a repository name that has several.
    short: pathname.replace(/^\/v2\/[^/]+\/(?=.+\/tags\/list$)/, '/v2/'),
  }
  return { link: `<${targets[form]}?${next}>; rel="next"` }
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1
}
