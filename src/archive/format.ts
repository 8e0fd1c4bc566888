import type { Image } from '../images/image.ts'
import type { TarManifestEntry } from './docker-manifest.ts'

/**
 * How an archive says what is in it: `oci`, an image layout (`index.json`); `docker`, a `manifest.json`, as Docker
 * saves since 1.10, podman, skopeo, kaniko and crane; `docker-v1`, `repositories` alone, as Docker saved before that;
 * `dir`, an image's own manifest as `manifest.json`, as skopeo writes folders.
 */
export type ArchiveFormat = 'oci' | 'docker' | 'docker-v1' | 'dir'

/** The contents of an archive. */
export interface ArchiveContents {
  readonly format: ArchiveFormat
  /** In the archive's order. A multi-platform image is one, with its platforms as `children`. */
  readonly images: readonly Image[]
  /**
   * The `index.json` of a layout, as one index of all that it lists. `{ image: 'index' }` pushes it, where it is itself
   * the multi-platform image. Absent for other formats.
   */
  readonly index: Image | undefined
  /** The entries of its `manifest.json`, if it has one that can be read. */
  readonly tarManifest: readonly TarManifestEntry[] | undefined
}
