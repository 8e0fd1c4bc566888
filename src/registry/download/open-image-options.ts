import type { RuntimeOptions } from '../../runtime.ts'
import type { RequestOptions } from '../registry.ts'
import type { DownloadLimits } from './limits.ts'

/** The options of functions that read an image from a registry. */
export interface OpenImageOptions extends RequestOptions, RuntimeOptions {
  /**
   * One platform of a multi-platform image, such as `linux/amd64`: its manifest instead of the index. `linux/arm64`
   * means any variant of it. @default all
   */
  readonly platform?: string | undefined
  /**
   * Some platforms of a multi-platform image, with their attestations. That makes a new index with another digest,
   * which `onWarning` tells. @default all
   */
  readonly platforms?: readonly string[] | undefined
  /**
   * True to read the referrers of the image and of the images in it too: signatures, SBOMs and others, also those
   * under tags of cosign. It takes up to five requests for each manifest. @default false
   */
  readonly referrers?: boolean | undefined
  /** The limits of the manifests and configs. Each has a default. */
  readonly limits?: Partial<DownloadLimits> | undefined
  /** Called with a text for anything that is unusual, but harmless. */
  readonly onWarning?: ((warning: string) => void) | undefined
}
