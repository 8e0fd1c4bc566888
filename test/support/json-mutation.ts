import fc from 'fast-check'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A change of a JSON document. Values in it are counted, and a place is the number of one. */
export type JsonMutation =
  | { readonly act: 'replace'; readonly at: number; readonly strange: number }
  | { readonly act: 'add'; readonly at: number; readonly key: string; readonly strange: number }
  | { readonly act: 'copy'; readonly at: number; readonly key: string; readonly from: number }
  | { readonly act: 'delete' | 'spell'; readonly at: number }
  | { readonly act: 'swap'; readonly at: number; readonly from: number }
  | { readonly act: 'count'; readonly at: number; readonly by: number }
  | { readonly act: 'repeat'; readonly at: number; readonly times: number }

/** Values that code falls over, as JSON text, since not all of them can be written by `JSON.stringify`. */
const STRANGE = [
  ...['null', 'true', '0', '-1', '1.5', '1e308', '9007199254740993', '2', '""', '"text"', '"__proto__"', '"\\u0000"'],
  ...[
    '"\\ud800"',
    '"../../a"',
    '"sha256:"',
    `"sha256:${'0'.repeat(64)}"`,
    `"SHA256:${'A'.repeat(64)}"`,
    '"<none>:<none>"',
  ],
  ...['[]', '[null]', '[[]]', '{}', '[{"toString":null,"valueOf":null}]'],
  ...['{"__proto__":{"a":1}}', '{"os":{"toString":1},"architecture":[]}', '{"digest":{"toString":1},"size":"1"}'],
  ...['{"os":"linux","architecture":"arm64"}', '"application/vnd.oci.image.index.v1+json"', '"1.0.0"', '"QQ=="'],
  ...['"application/vnd.oci.image.manifest.v1+json"', '"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"'],
  ...['"application/vnd.oci.empty.v1+json"', '"application/vnd.oci.image.layer.v1.tar+gzip"', '"a/b:c"', '"\\r\\n"'],
  '{"toString":1,"valueOf":1}',
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
]
const WORST = 3
const KEYS = [
  ...['__proto__', 'constructor', 'toString', 'length', 'manifests', 'layers', 'config', 'mediaType', 'artifactType'],
  ...['data', 'urls', 'subject', 'platform', 'annotations', 'schemaVersion', 'rootfs', 'history', 'parent', 'digest'],
  ...['Config', 'Layers', 'RepoTags', 'LayerSources', 'latest'],
]
const at = fc.nat({ max: 60 })
const key = fc.constantFrom(...KEYS)
/** The last ones, which are the worst, more often than the others. */
const strange = fc.oneof(
  fc.nat({ max: STRANGE.length - 1 }),
  fc.integer({ min: STRANGE.length - WORST, max: STRANGE.length - 1 }),
)

export const jsonMutation: fc.Arbitrary<JsonMutation> = fc.oneof(
  { arbitrary: fc.record({ act: fc.constant('replace' as const), at, strange }), weight: 3 },
  fc.record({ act: fc.constant('add' as const), at, key, strange }),
  fc.record({ act: fc.constant('copy' as const), at, key, from: at }),
  fc.record({ act: fc.constantFrom('delete' as const, 'spell' as const), at }),
  fc.record({ act: fc.constant('swap' as const), at, from: at }),
  fc.record({ act: fc.constant('count' as const), at, by: fc.constantFrom(-1, 1, 512, -1000) }),
  fc.record({ act: fc.constant('repeat' as const), at, times: fc.constantFrom(0, 2, 3, 30) }),
)

interface Place {
  readonly parent: Json[] | { [key: string]: Json }
  readonly key: string | number
}

/** Changes a document and writes it as text. */
export function mutateJson(document: Json, mutations: readonly JsonMutation[]): string {
  const root = [structuredClone(document)]
  for (const mutation of mutations) mutateOnce(root, mutation)
  const text = JSON.stringify(root[0]) ?? 'null'
  return text.replaceAll(/"@strange ([0-9]+)@"/g, (_, number: string) => STRANGE[Number(number)] ?? 'null')
}

function mutateOnce(root: Json[], mutation: JsonMutation): void {
  const places = placesIn(root)
  const place = places[mutation.at % Math.max(places.length, 1)]
  if (!place) return
  const value = valueAt(place)
  switch (mutation.act) {
    case 'replace':
      put(place, mark(mutation.strange))
      break
    case 'add':
      addTo(value, mutation.key, mark(mutation.strange))
      break
    case 'copy':
      addTo(value, mutation.key, copyOf(places, mutation.from))
      break
    case 'delete':
      remove(place)
      break
    case 'spell':
      if (typeof value === 'string') put(place, spelled(value))
      break
    case 'swap':
      put(place, copyOf(places, mutation.from))
      break
    case 'count':
      if (typeof value === 'number') put(place, value + mutation.by)
      break
    case 'repeat':
      if (Array.isArray(value)) put(place, repeated(value, mutation.times))
      break
  }
}

function placesIn(parent: Json[] | { [key: string]: Json }): readonly Place[] {
  const keys = Array.isArray(parent) ? [...parent.keys()] : Object.keys(parent)
  return keys.flatMap((key) => {
    const place = { parent, key }
    const value = valueAt(place)
    return typeof value === 'object' && value !== null ? [place, ...placesIn(value)] : [place]
  })
}

function valueAt({ parent, key }: Place): Json {
  return (parent as { [key: string]: Json })[key] ?? null
}

function put({ parent, key }: Place, value: Json): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true })
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
}

function addTo(value: Json, key: string, added: Json): void {
  if (Array.isArray(value)) value.push(added)
  else if (typeof value === 'object' && value !== null) put({ parent: value, key }, added)
}

function copyOf(places: readonly Place[], from: number): Json {
  const place = places[from % places.length]
  return place ? structuredClone(valueAt(place)) : null
}

function mark(strange: number): string {
  return `@strange ${strange}@`
}

function repeated(list: readonly Json[], times: number): Json[] {
  return Array.from({ length: times }, () => structuredClone([...list])).flat()
}

/** Another text of the same length, such as another digest. */
function spelled(text: string): string {
  return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
}
