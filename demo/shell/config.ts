import { LANGUAGES, type Language } from '../../src/element/words/locale.ts'

/** The settings of the team that serves the page: `config.json` beside the page (docs/page-setup.md). */
export interface Config {
  /** The name at the top of the page. */
  readonly title?: string
  /** The address of the registry that the page opens first. */
  readonly registry?: string
  /** The addresses that the page offers, `registry` first. */
  readonly registries: readonly string[]
  /** True if the page only shows what is there. It offers no push and no other change. */
  readonly readOnly: boolean
  /** True if the page offers to delete. Always false if `readOnly` is true. */
  readonly deletes: boolean
  /** The language that the page begins with. If it is not set, the browser's. */
  readonly language?: Language
  /** The faults of the file. The page says it in words. */
  readonly faults: readonly ConfigFault[]
}

/** A fault of `config.json`. */
export type ConfigFault =
  /** The file is missing. */
  | { readonly kind: 'missing' }
  /** It cannot be loaded; the status is 0 if there was no answer. */
  | { readonly kind: 'unreachable'; readonly status: number }
  /** It is not JSON. */
  | { readonly kind: 'syntax'; readonly message: string }
  /** It is JSON, but not an object. */
  | { readonly kind: 'no-object' }
  /** A key that the page does not know, often a slip of the pen. */
  | { readonly kind: 'unknown-key'; readonly key: string }
  /** A value that the page cannot use. */
  | { readonly kind: 'value'; readonly key: string; readonly expected: ConfigValue }

/** The kinds of values. */
type ConfigValue = 'text' | 'switch' | 'address' | 'addresses' | 'language'

const KEYS = ['$schema', 'title', 'registry', 'registries', 'readOnly', 'deletes', 'language']
/** The time in milliseconds that the page waits for the file. */
const PATIENCE = 5000
/** The time in milliseconds that it waits for an answer at `/v2/` of a server that has just answered. */
const PROBE_PATIENCE = 2000
const DEFAULTS: Config = { registries: [], readOnly: false, deletes: true, faults: [] }

/**
 * Reads `config.json` beside the page. It never rejects: `faults` has what is wrong with the file. If the file names no
 * registry and one answers at `/v2/` of the page's own origin, that is the registry.
 */
export async function readConfig(): Promise<Config> {
  const { origin } = location
  const config = await loadConfig(new URL('config.json', document.baseURI), origin)
  const isSet =
    config.registries.length > 0 || config.faults.some((fault) => 'key' in fault && fault.key === 'registry')
  if (isSet || !(await isRegistry(origin))) return config
  return { ...config, registry: origin, registries: [origin] }
}

async function loadConfig(url: URL, origin: string): Promise<Config> {
  try {
    const response = await fetch(url, { cache: 'no-cache', signal: AbortSignal.timeout(PATIENCE) })
    if (response.status === 404 || response.status === 410) return withFault({ kind: 'missing' })
    if (!response.ok) return withFault({ kind: 'unreachable', status: response.status })
    return parseConfig(await response.text(), origin)
  } catch {
    return withFault({ kind: 'unreachable', status: 0 })
  }
}

/** The file may forbid what nobody can undo. So a file that cannot be read does. */
function withFault(fault: ConfigFault): Config {
  return { ...DEFAULTS, deletes: fault.kind === 'missing', faults: [fault] }
}

/**
 * Reads the text of `config.json`. A value that cannot be used becomes a fault and counts as not set. A switch that
 * cannot be read counts as the careful one: nothing is deleted or changed that the team may have wanted to keep.
 *
 * @param origin Of the page. An address that begins with "/" is there.
 */
export function parseConfig(text: string, origin: string): Config {
  // Servers of single pages answer with the page itself for any file that is not there.
  if (/^\s*</.test(text)) return withFault({ kind: 'missing' })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return withFault({ kind: 'syntax', message: (error as Error).message })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return withFault({ kind: 'no-object' })
  return readObject(json as Record<string, unknown>, origin)
}

function readObject(json: Record<string, unknown>, origin: string): Config {
  const faults: ConfigFault[] = Object.keys(json)
    .filter((key) => !KEYS.includes(key))
    .map((key) => ({ kind: 'unknown-key', key }))
  /** Reads one value, or notes the fault. */
  function read<Value>(key: string, expected: ConfigValue, parse: (value: unknown) => Value | undefined) {
    // Written and empty, as templates of deployments leave it, is not set.
    const value = json[key] === '' || json[key] === null ? undefined : json[key]
    const parsed = value === undefined ? undefined : parse(value)
    if (value !== undefined && parsed === undefined) faults.push({ kind: 'value', key, expected })
    return { parsed, isWrong: value !== undefined && parsed === undefined }
  }
  const address = (value: unknown) => readAddress(value, origin)
  const title = read('title', 'text', readText).parsed
  const registry = read('registry', 'address', address).parsed
  const others = read('registries', 'addresses', (value) => readAll(value, address)).parsed ?? []
  const readOnly = read('readOnly', 'switch', readSwitch)
  const deletes = read('deletes', 'switch', readSwitch)
  const language = read('language', 'language', (value) => LANGUAGES.find((one) => one === value)).parsed
  const registries = [...new Set([...(registry === undefined ? [] : [registry]), ...others])]
  const [first] = registries
  const isReadOnly = readOnly.parsed ?? readOnly.isWrong
  return {
    ...(title !== undefined && { title }),
    ...(first !== undefined && { registry: first }),
    registries,
    readOnly: isReadOnly,
    deletes: !isReadOnly && (deletes.parsed ?? !deletes.isWrong),
    ...(language !== undefined && { language }),
    faults,
  }
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function readSwitch(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** Reads the address of a registry: a URL or a host, as in the SDK; or a path on the page's own origin. */
function readAddress(value: unknown, origin: string): string | undefined {
  const text = readText(value)
  if (text === undefined || /\s|^\/\//.test(text)) return undefined
  if (text.startsWith('/')) return new URL(text, origin).href.replace(/\/$/, '')
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  const full = hasScheme ? text : `https://${text}`
  if (!URL.canParse(full)) return undefined
  const { protocol, hostname, username, password, search, hash } = new URL(full)
  const isUsable = /^https?:$/.test(protocol) && hostname !== '' && !(username || password || search || hash)
  return isUsable ? text : undefined
}

function readAll<Value>(value: unknown, parse: (value: unknown) => Value | undefined): readonly Value[] | undefined {
  if (!Array.isArray(value)) return undefined
  const parsed = value.map(parse)
  return parsed.every((one) => one !== undefined) ? (parsed as Value[]) : undefined
}

/**
 * Tells whether a registry answers at this origin. Credentials are left out: with them, the browser would show its own
 * window for a password.
 */
async function isRegistry(origin: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_PATIENCE)
    const { status, headers } = await fetch(`${origin}/v2/`, { credentials: 'omit', redirect: 'error', signal })
    const isPage = /^text\/html\b/i.test(headers.get('content-type') ?? '')
    return (status === 200 && !isPage) || (status === 401 && headers.has('www-authenticate'))
  } catch {
    return false
  }
}
