import type { Source } from '../source/source.ts'
import type { Digest } from './digest.ts'

/** A platform as an index names it (image-spec § Image Index). */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string | undefined
}

/** Describes content without its bytes (image-spec § Content Descriptors). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
}

/** A blob as the Python library names it: its descriptor. */
export type BlobInfo = Descriptor

/** A descriptor with its bytes. */
export interface Content extends Descriptor {
  readonly source: Source
}

/** A content's descriptor alone, its fields in the order in which Docker writes them. */
export function descriptorOf({ mediaType, size, digest }: Descriptor): Descriptor {
  return { mediaType, size, digest }
}

/**
 * Writes a platform as text: `linux/amd64`, `linux/arm64/v8`.
 *
 * @param platform A platform, as an index or a config has it.
 * @returns the operating system, the architecture and, if there is one, the variant, with slashes between them.
 * @example
 * ```ts
 * import { formatPlatform } from 'registry-api-v2-client'
 *
 * console.log(formatPlatform({ os: 'linux', architecture: 'arm64', variant: 'v8' })) // 'linux/arm64/v8'
 * ```
 */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  // It goes into messages, which must not get line breaks and escape sequences from a registry or an archive.
  return [os, architecture, variant]
    .filter(Boolean)
    .join('/')
    .replace(/[^ -~]+/g, '?')
}
