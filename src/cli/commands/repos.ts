import { iterateRepositories, matchesPattern } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readRegistryAddress } from '../input/place.ts'
import { listing } from '../look/listing.ts'

/** Lists the repositories of a registry. */
export async function repos(
  context: Context,
  address: string,
  { filter = '*' }: { readonly filter?: string | undefined },
): Promise<Result> {
  const registry = await context.openRegistry(readRegistryAddress(address) ?? address)
  async function* read() {
    for await (const name of iterateRepositories(registry, { signal: context.signal })) {
      if (matchesPattern(name, filter)) yield name
    }
  }
  return listing(context, read)
}
