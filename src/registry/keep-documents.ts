import { optionsOf, positive } from '../check-options.ts'
import { createDocumentMemory } from './document-memory.ts'
import { type Registry, type RegistryInput, toRegistry } from './registry.ts'

/** The options of `keepDocuments`. */
export interface KeepDocumentsOptions {
  /**
   * The size of all that is kept, in bytes. Documents that were not used for the longest time go first. @default 32 MiB
   */
  readonly maxBytes?: number | undefined
}

/**
 * Makes a handle of the same registry that keeps manifests and configs in memory by their digest, once they are
 * verified. A second look at the same tags then asks only what each tag names. The handle shares tokens and settings
 * with the one that it is made of; its documents belong to it alone. Tags, lists and layers are never kept. A manifest
 * that someone else deletes can still be read by its digest.
 *
 * @param handle A handle of `openRegistry`, or the registry's URL or host.
 * @param options `maxBytes` (default: 32 MiB).
 * @returns the handle, a frozen object.
 * @throws {TypeError} if `handle` is neither a handle nor a URL.
 * @throws {ValidationError} if a URL is not a valid address of a registry.
 * @throws {RangeError} if `maxBytes` is not a whole number above 0.
 * @example
 * ```ts
 * import { keepDocuments, listTagDetails, openRegistry } from 'registry-api-v2-client'
 *
 * const registry = keepDocuments(openRegistry('https://registry.example.com'))
 * for await (const row of listTagDetails(registry, 'team/app')) console.log(row.tag) // 'v7'
 * // One HEAD for each tag, and nothing else.
 * for await (const row of listTagDetails(registry, 'team/app')) console.log(row.tag) // 'v7'
 * ```
 */
export function keepDocuments(handle: RegistryInput, options: KeepDocumentsOptions = {}): Registry {
  const { maxBytes = 32 * 1024 * 1024 } = optionsOf(options, 'an object such as { maxBytes }')
  return Object.freeze({ ...toRegistry(handle), documents: createDocumentMemory(positive('maxBytes', maxBytes)) })
}
