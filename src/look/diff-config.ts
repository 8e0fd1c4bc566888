import type { Image } from '../images/image.ts'
import { parseConfigObject } from '../images/image-config.ts'
import { isJsonObject, type JsonObject, objectField } from '../oci/json.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { readAll } from '../source/source.ts'
import type { ConfigChange } from './image-diff.ts'

/** A value by the name of its field, or of its field and its own name. */
type Values = ReadonlyMap<
  string,
  { readonly field: string; readonly name: string | undefined; readonly value: unknown }
>

const ABOUT_IMAGE = ['architecture', 'os', 'variant', 'os.version', 'author']
/** Fields whose values have names of their own. */
const NAMED = ['Labels', 'ExposedPorts', 'Volumes']

/** Compares the configs of two images, field by field, and the annotations of their manifests. */
export async function diffConfigs(from: Image, to: Image): Promise<readonly ConfigChange[]> {
  const [before, after] = [await valuesOf(from), await valuesOf(to)]
  const changes: ConfigChange[] = []
  for (const [key, { field, name, value }] of before) {
    const other = after.get(key)
    if (!other) changes.push({ type: 'removed', field, name, from: value, to: undefined })
    else if (!isSame(value, other.value)) changes.push({ type: 'changed', field, name, from: value, to: other.value })
  }
  for (const [key, { field, name, value }] of after) {
    if (!before.has(key)) changes.push({ type: 'added', field, name, from: undefined, to: value })
  }
  return changes
}

async function valuesOf(image: Image): Promise<Values> {
  const values = new Map<string, { field: string; name: string | undefined; value: unknown }>()
  const note = (field: string, name: string | undefined, value: unknown) =>
    values.set(JSON.stringify([field, name]), { field, name, value })
  const noteAll = (field: string, object: JsonObject) => {
    for (const [name, value] of Object.entries(object)) note(field, name, value)
  }
  const { annotations } = parseManifest(await readAll(image.manifest.source), image.manifest.digest)
  noteAll('annotations', annotations ?? {})
  if (image.kind !== 'image') return values
  const document = parseConfigObject(await readAll(image.config.source), `the config ${image.config.digest}`)
  for (const key of ABOUT_IMAGE) if (isSet(document[key])) note(key, undefined, document[key])
  for (const [key, value] of Object.entries(objectField(document, 'config'))) {
    const field = key.charAt(0).toLowerCase() + key.slice(1)
    if (NAMED.includes(key) && isJsonObject(value)) noteAll(field, value)
    else if (key === 'Env' && Array.isArray(value)) noteAll(field, variables(value))
    else if (isSet(value)) note(field, undefined, value)
  }
  return values
}

function variables(list: readonly unknown[]): JsonObject {
  return Object.fromEntries(
    list.map((text) => {
      const [name = '', ...rest] = String(text).split('=')
      return [name, rest.join('=')]
    }),
  )
}

/** Builders write an unset field as null, as empty, or not at all. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== null && value !== '' && value !== false
}

/** Compares two JSON values. The order of keys does not matter. */
function isSame(one: unknown, other: unknown): boolean {
  if (!isJsonObject(one) || !isJsonObject(other)) {
    if (!Array.isArray(one) || !Array.isArray(other)) return one === other
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]))
  }
  const keys = Object.keys({ ...one, ...other })
  return keys.every((key) => isSame(one[key], other[key]))
}
