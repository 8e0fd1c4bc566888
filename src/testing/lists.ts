import { jsonAnswer, Refusal } from './answers.ts'
import { findRepository, type Storage } from './storage.ts'

/** distribution refuses more, as `catalog.maxentries` says. */
const MAX_N = 1000

/** `GET /v2/_catalog`: the repositories that hold a manifest. */
export function listRepositories({ repositories }: Storage, url: URL, pageSize: number): Response {
  const names = [...repositories].flatMap(([name, { manifests }]) => (manifests.size > 0 ? [name] : []))
  const { items, headers } = page(names, url, pageSize)
  return jsonAnswer(200, { repositories: items }, headers)
}

/** `GET …/tags/list` (distribution-spec § Listing Tags) */
export function listTags(storage: Storage, name: string, url: URL, pageSize: number): Response {
  const { items, headers } = page([...findRepository(storage, name).tags.keys()], url, pageSize)
  return jsonAnswer(200, { name, tags: items }, headers)
}

function page(
  names: readonly string[],
  url: URL,
  pageSize: number,
): { items: readonly string[]; headers: Record<string, string> } {
  const n = url.searchParams.get('n')
  if (n !== null && !(/^[0-9]+$/.test(n) && Number(n) <= MAX_N)) {
    throw new Refusal(400, 'PAGINATION_NUMBER_INVALID', `n has to be a number up to ${MAX_N}`)
  }
  const last = url.searchParams.get('last') ?? ''
  const rest = names.filter((name) => name > last).toSorted(byCodeUnits)
  const size = Math.min(n === null ? pageSize : Number(n), pageSize)
  const items = rest.slice(0, size)
  if (items.length === rest.length || items.length === 0) return { items, headers: {} }
  const next = new URLSearchParams({ last: items.at(-1) as string, n: String(size) })
  return { items, headers: { link: `<${url.pathname}?${next}>; rel="next"` } }
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1
}
