import { persistentAtom } from '@nanostores/persistent'
import { parseRegistryAddress, ValidationError } from 'registry-api-v2-client'

/** A registry that the user has opened, as the browser keeps it. It has no secrets. */
export interface RememberedRegistry {
  /** As the user typed it. */
  readonly address: string
  /** The user's own name for it. */
  readonly name?: string | undefined
  /** Repositories that were opened, the last one first: a registry may not list its own. */
  readonly repositories: readonly string[]
}

const MAX_REGISTRIES = 50
const MAX_REPOSITORIES = 100

/** The registries that the user has opened, the last one first. */
export const $registries = persistentAtom<readonly RememberedRegistry[]>('registries', [], {
  encode: JSON.stringify,
  decode: parseRegistries,
})

/** Remembers a registry that was opened, and a repository in it. */
export function remember(address: string, repository?: string): void {
  const known = $registries.get().find((one) => one.address === address)
  const before = known?.repositories ?? []
  const repositories = repository === undefined ? before : [repository, ...before.filter((one) => one !== repository)]
  const entry = { ...known, address, repositories: repositories.slice(0, MAX_REPOSITORIES) }
  save([entry, ...$registries.get().filter((one) => one.address !== address)].slice(0, MAX_REGISTRIES))
}

/** Returns the address by which the user knows a registry. @default the one that is given */
export function knownAs(address: string): string {
  const url = baseUrlOf(address)
  return $registries.get().find((one) => baseUrlOf(one.address) === url)?.address ?? address
}

export function forget(address: string): void {
  save($registries.get().filter((one) => one.address !== address))
}

export function forgetRepository(address: string, repository: string): void {
  save(
    $registries.get().map((one) => {
      if (one.address !== address) return one
      return { ...one, repositories: one.repositories.filter((name) => name !== repository) }
    }),
  )
}

/** @param name Empty for none. */
export function rename(address: string, name: string): void {
  const given = name.trim() || undefined
  save($registries.get().map((one) => (one.address === address ? { ...one, name: given } : one)))
}

/** The page works without a browser that keeps things: its storage may be full or forbidden. */
function save(registries: readonly RememberedRegistry[]): void {
  if (JSON.stringify(registries) === JSON.stringify($registries.get())) return
  try {
    $registries.set(registries)
  } catch {
    // Nothing is kept for the next time.
  }
}

function baseUrlOf(address: string): string {
  try {
    return parseRegistryAddress(address).href
  } catch (error) {
    // The stored text may be damaged.
    if (error instanceof ValidationError) return address
    throw error
  }
}

/** Reads what the browser kept. It may be of another version of the page, or damaged. */
function parseRegistries(text: string): readonly RememberedRegistry[] {
  try {
    const entries: unknown = JSON.parse(text)
    return Array.isArray(entries) ? entries.flatMap(parseEntry).slice(0, MAX_REGISTRIES) : []
  } catch {
    return []
  }
}

function parseEntry(entry: Partial<Record<keyof RememberedRegistry, unknown>> | null): readonly RememberedRegistry[] {
  if (typeof entry?.address !== 'string' || entry.address === '') return []
  const { address, name, repositories } = entry
  return [
    {
      address,
      name: typeof name === 'string' ? name : undefined,
      repositories: Array.isArray(repositories) ? repositories.filter((one) => typeof one === 'string') : [],
    },
  ]
}
