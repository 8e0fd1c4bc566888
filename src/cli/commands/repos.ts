import { iterateRepositories, matchesPattern } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readRegistryAddress } from '../input/place.ts'
import { listing } from '../look/listing.ts'
import { UsageError } from '../terminal/usage-error.ts'

/** Lists the repositories of a registry. */
export async function repos(
  context: Context,
  address: string,
  { filter = '*' }: { readonly filter?: string | undefined },
): Promise<Result> {
  const host = readRegistryAddress(address)
  if (host === undefined && address.includes('/') && !address.includes('://')) {
    throw new UsageError(
      `Cannot list the repositories of "${address}": it names a repository`,
      `pass the registry alone, or run "registry-client tags ${address}"`,
    )
  }
  const registry = await context.openRegistry(host ?? address)
  async function* read() {
    for await (const name of iterateRepositories(registry, { signal: context.signal })) {
      if (matchesPattern(name, filter)) yield name
    }
  }
  return listing(context, read)
}
