import { ResponseError } from '../errors.ts'
import { type Answer, readJsonAnswer, unexpectedAnswer } from '../http/answer.ts'
import { nextQuery } from '../http/link-header.ts'
import { isJsonObject } from '../oci/json.ts'
import type { Scope } from './auth/scope.ts'
import type { Registry } from './registry.ts'

/** Entries asked for at once. More than 1000 are refused by distribution and ECR. */
const PAGE_SIZE = 1000
/** The pages of registries have round lengths. */
const ROUND = 10
/**
 * Answers to a number that a registry does not take: 400 by distribution, 405 by ECR (google/go-containerregistry#681).
 */
const N_REFUSED = [400, 405, 413, 422]
/** Answers to a query that a registry does not take. */
const QUERY_REFUSED = [...N_REFUSED, 404, 414, 501]
const MAX_PAGES = 10_000
const MAX_ITEMS = 1_000_000
/** In characters, of all entries, and of the queries of all pages. */
const MAX_LENGTH = 16 * 1024 * 1024
/**
 * In characters, of one entry. A tag has 128 at most, and the name of a repository 255 (distribution-spec § Pulling
 * manifests).
 */
const MAX_ENTRY = 1024
/** In characters. Servers take no longer addresses. */
const MAX_QUERY = 16 * 1024
/** In bytes. */
const MAX_PAGE = 16 * 1024 * 1024

/** A list to read, page by page. */
export interface List {
  readonly act: string
  readonly path: string
  /** Where the entries stand in an answer. */
  readonly key: string
  readonly scopes: readonly Scope[]
}

/** One page of a list. */
interface Page {
  /** The query, without a number that was refused. */
  readonly query: string
  readonly answer: Answer
  readonly entries: readonly string[]
}

/** A page, and those of its entries that no page before had. */
interface ReadPage {
  readonly page: Page
  readonly added: readonly string[]
}

/** Reads the pages of one list, and remembers each entry. */
interface ListReading {
  /** Asks for a page and remembers its entries. */
  read(query: string): Promise<ReadPage>
  /**
   * The same for a page that may not exist.
   *
   * @param isVague Whether nothing shows that it exists: then any refusal means that it does not
   * @returns nothing if the registry refuses the query
   */
  guess(query: string, isVague: boolean): Promise<ReadPage | undefined>
}

/**
 * Reads a list, page by page, as the caller asks for them. It yields each entry once: what a page has in common with
 * those before is left out. To find that, and circles, it remembers all entries and queries: at most a million entries
 * and 16 Mi characters.
 *
 * Of a `Link` to the next page only the query counts, on the list's own path: registries name an inner host of a proxy
 * there, or leave out a part of the path (RTFACT-18971, sonatype/nexus-public#1011).
 *
 * @throws {ResponseError} if the registry refuses, its pages do not end, or it does not give all of them
 * @throws {NetworkError} if it does not answer
 */
export async function* readPages(
  registry: Registry,
  list: List,
  signal?: AbortSignal,
): AsyncGenerator<readonly string[], void> {
  const reading = startReading(registry, list, signal)
  const visited = new Set<string>()
  let query = `n=${PAGE_SIZE}`
  for (;;) {
    visited.add(query)
    const { page, added } = await reading.read(query)
    yield added
    const { answer, entries } = page
    const link = nextQuery(answer.headers.get('link'))
    if (link && link.length > MAX_QUERY) throw unexpectedAnswer(answer, 'its next page has too long an address')
    if (link === undefined) {
      if (visited.size === 1) yield* readOn(reading, page)
      return
    }
    // Cloudflare's last page has a link, too: to what comes after nothing.
    const isEnd = new URLSearchParams(link).get('last') === '' || (entries.length === 0 && (!link || visited.has(link)))
    if (isEnd) return
    query = link || queryAfter(page)
    const isForward = !visited.has(query) && (added.length > 0 || entries.length === 0)
    if (!isForward) throw unexpectedAnswer(answer, 'its pages go in a circle')
  }
}

/**
 * Asks what comes after a page without a `Link`, as long as the page may have been cut. Nexus sends no `Link`
 * (sonatype/nexus-public#117), and a web page may not be allowed to read it. A round number of entries alone says
 * little: if the registry refuses to continue, the list is whole.
 */
async function* readOn(reading: ListReading, first: Page): AsyncGenerator<readonly string[], void> {
  for (let page = first; mayBeCut(page); ) {
    const isFull = page.entries.length === PAGE_SIZE
    const next = await reading.guess(queryAfter(page), page === first && !isFull)
    if (!next || next.added.length === 0) {
      const isIgnored = !next || next.page.entries.length > 0
      if (isIgnored && isFull) yield* readWhole(reading)
      return
    }
    yield next.added
    page = next.page
  }
}

function mayBeCut({ entries, answer }: Page): boolean {
  const isRound = entries.length % ROUND === 0
  return entries.length > 0 && (isRound || nextQuery(answer.headers.get('link')) !== undefined)
}

/** Reads a list with the requested number of entries, from a registry that does not tell the next page. */
async function* readWhole(reading: ListReading): AsyncGenerator<readonly string[], void> {
  const { page: single, added } = await reading.read('n=1')
  yield added
  // Distribution 2 gives all tags, whatever the number (distribution/distribution#1936). zot 1.4 has links, but gives
  // all tags again if `n` is no smaller than their number.
  if (single.entries.length > 1 || nextQuery(single.answer.headers.get('link')) !== undefined) return
  const { page: whole, added: others } = await reading.read('')
  yield others
  if (whole.entries.length > PAGE_SIZE) return
  const fault = `it gives no more than ${whole.entries.length} entries, and does not tell what comes after them`
  throw unexpectedAnswer(whole.answer, fault)
}

function startReading(
  registry: Registry,
  { act, path, key, scopes }: List,
  signal: AbortSignal | undefined,
): ListReading {
  const items = new Set<string>()
  let [pages, length] = [0, 0]

  function ask(query: string, allow: readonly number[]): Promise<Answer> {
    const url = new URL(path, registry.url)
    url.search = query
    return registry.send({ act, method: 'GET', scopes, cache: 'revalidated', signal, url, allow })
  }

  async function askForPage(query: string): Promise<Page> {
    const others = query.split('&').filter((part) => !part.startsWith('n='))
    const plain = others.join('&')
    const answer = await ask(query, plain === query ? [] : N_REFUSED)
    if (answer.status < 300) return { query, answer, entries: await readEntries(answer, key) }
    // Some take no number as large as that, and say no more.
    const second = await ask(plain, [])
    return { query: plain, answer: second, entries: await readEntries(second, key) }
  }

  async function guessPage(query: string, isVague: boolean): Promise<Page | undefined> {
    try {
      const answer = await ask(query, QUERY_REFUSED)
      return answer.status < 300 ? { query, answer, entries: await readEntries(answer, key) } : undefined
    } catch (error) {
      if (isVague && error instanceof ResponseError) return undefined
      throw error
    }
  }

  function keep(page: Page): ReadPage {
    const added = page.entries.filter((entry) => !items.has(entry) && items.add(entry))
    length += added.reduce((sum, entry) => sum + entry.length, page.query.length)
    if (++pages > MAX_PAGES) throw unexpectedAnswer(page.answer, `there are more than ${MAX_PAGES} pages`)
    if (items.size > MAX_ITEMS) throw unexpectedAnswer(page.answer, `there are more than ${MAX_ITEMS} entries`)
    if (length > MAX_LENGTH) throw unexpectedAnswer(page.answer, `its entries have more than ${MAX_LENGTH} characters`)
    return { page, added }
  }

  return {
    read: async (query) => keep(await askForPage(query)),
    async guess(query, isVague) {
      const page = await guessPage(query, isVague)
      return page && keep(page)
    },
  }
}

async function readEntries(answer: Answer, key: string): Promise<readonly string[]> {
  const document = await readJsonAnswer(answer, MAX_PAGE)
  // distribution writes null for an empty list.
  const entries = isJsonObject(document) ? (document[key] ?? []) : undefined
  if (!Array.isArray(entries) || !entries.every((entry) => typeof entry === 'string')) {
    throw unexpectedAnswer(answer, `its "${key}" is not a list of strings`)
  }
  if (entries.every(({ length }) => length <= MAX_ENTRY)) return entries
  throw unexpectedAnswer(answer, `an entry of its "${key}" has more than ${MAX_ENTRY} characters`)
}

/** The query of what comes after a page (distribution-spec § Listing Tags). */
function queryAfter({ query, entries }: Page): string {
  const parameters = new URLSearchParams(query)
  parameters.set('last', entries.at(-1) ?? '')
  return parameters.toString()
}
