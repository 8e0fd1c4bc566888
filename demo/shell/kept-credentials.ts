import { persistentAtom } from '@nanostores/persistent'
import { computed } from 'nanostores'
import { type PasswordCredentials, parseRegistryAddress, ValidationError } from 'registry-api-v2-client'

/** The credentials that the user wants this browser to remember, by the base URL of their registry. Unencrypted. */
const $kept = persistentAtom<Readonly<Record<string, PasswordCredentials>>>(
  'credentials',
  {},
  { encode: JSON.stringify, decode: parseKept },
)

/** The names of the users whose credentials are remembered, by the base URL of their registry. */
export const $keptUsers = computed(
  $kept,
  (kept): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(kept).map(([registry, { username }]) => [registry, username])),
)

/** @param registry Its base URL. */
export function keptCredentials(registry: string): PasswordCredentials | undefined {
  return Object.hasOwn($kept.get(), registry) ? $kept.get()[registry] : undefined
}

export function keepCredentials(registry: string, { username, password }: PasswordCredentials): void {
  save({ ...$kept.get(), [registry]: { username, password } })
}

/** @param address Of the registry, as the user typed it. */
export function forgetCredentials(address: string): void {
  const registry = baseOf(address)
  save(Object.fromEntries(Object.entries($kept.get()).filter(([known]) => known !== registry)))
}

/** The user of a registry whose credentials are remembered. */
export function keptUser(users: Readonly<Record<string, string>>, address: string): string | undefined {
  const registry = baseOf(address)
  return Object.hasOwn(users, registry) ? users[registry] : undefined
}

function baseOf(address: string): string {
  try {
    return parseRegistryAddress(address).href
  } catch (error) {
    if (error instanceof ValidationError) return address
    throw error
  }
}

/** A browser may keep nothing: then the credentials last as long as the page. */
function save(kept: Readonly<Record<string, PasswordCredentials>>): void {
  if (JSON.stringify(kept) === JSON.stringify($kept.get())) return
  try {
    $kept.set(kept)
  } catch {
    // Its storage is full or forbidden.
  }
}

/** Reads what the browser kept. It may be of another version of the page, or damaged. */
function parseKept(text: string): Readonly<Record<string, PasswordCredentials>> {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, Partial<PasswordCredentials> | null>)
    return Object.fromEntries(
      entries.flatMap(([registry, kept]) => {
        const { username, password } = kept ?? {}
        return typeof username === 'string' && typeof password === 'string' ? [[registry, { username, password }]] : []
      }),
    )
  } catch {
    return {}
  }
}
