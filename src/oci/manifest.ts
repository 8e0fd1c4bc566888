import type { Descriptor, Platform } from './descriptor.ts'

/** An image manifest, of OCI's or of Docker's kind (image-spec § Image Manifest). */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly artifactType?: string
  readonly config: Descriptor
  readonly layers: ReadonlyArray<Descriptor & { readonly annotations?: Readonly<Record<string, string>> }>
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * A list of manifests, most often one a platform: OCI's image index or Docker's manifest list (image-spec § Image
 * Index).
 */
export interface Index {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly artifactType?: string
  readonly manifests: readonly IndexEntry[]
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

/** A manifest as an index names it. */
export interface IndexEntry extends Descriptor {
  /** The type of an artifact, in a list of referrers (distribution-spec § Listing Referrers). */
  readonly artifactType?: string
  readonly platform?: Platform | undefined
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * Tells whether a manifest is an index.
 *
 * @param manifest A manifest or an index, as `getManifest` returns it.
 * @returns true for an index, false for an image manifest.
 * @example
 * ```ts
 * import { getManifest, isIndex } from 'registry-api-v2-client'
 *
 * const { manifest } = await getManifest('https://registry.example.com', 'team/app', 'v7')
 * console.log(isIndex(manifest) ? manifest.manifests.length : manifest.layers.length) // 2
 * ```
 */
export function isIndex(manifest: Manifest | Index): manifest is Index {
  return 'manifests' in manifest
}
