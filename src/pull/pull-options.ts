import type { OpenImageOptions } from '../registry/download/open-image-options.ts'
import type { WritableArchive } from '../save/make-archive.ts'
import type { WriteOptions } from '../save/plan-archive.ts'

/** The options of functions that pull: those of `openImage`, and those of `writeArchive` but for its choices. */
export interface PullOptions extends OpenImageOptions, Omit<WriteOptions, 'images' | 'platform' | 'platforms'> {
  readonly signal?: AbortSignal | undefined
}

/** Images of a registry as a tar. */
export interface PulledBundle extends WritableArchive {
  /** A name for the file, which every file system takes: `team-app-v1.tar`. */
  readonly fileName: string
}

/** An image of a registry as a tar. */
export interface PulledTar extends PulledBundle {
  /** The digest of its manifest or index in the tar. */
  readonly digest: PulledBundle['images'][number]['digest']
}
