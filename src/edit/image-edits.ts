import type { RuntimeOptions } from '../runtime.ts'

/** Changes of a map: a string sets the value of its key, and `null` removes the key. Other keys stay. */
export type MapChanges = Readonly<Record<string, string | null | undefined>>

/**
 * The edits of an image. An object changes single keys. A list or a string replaces the old value. `null` removes the
 * whole value. Absent and `undefined` values change nothing.
 */
export interface ImageEdits {
  /** Annotations of the manifest, or of the index itself. */
  readonly annotations?: MapChanges | null | undefined
  /** Annotations of the manifest of each image in an index. Of an image, the same as `annotations`. */
  readonly manifestAnnotations?: MapChanges | null | undefined
  readonly labels?: MapChanges | null | undefined
  /** Environment variables by name. */
  readonly env?: MapChanges | null | undefined
  /** As an array: `['node', 'server.js']`. */
  readonly cmd?: readonly string[] | null | undefined
  /** As an array. A new entrypoint removes `cmd`, as in a Dockerfile, unless `cmd` is given too. */
  readonly entrypoint?: readonly string[] | null | undefined
  /** A user, or a user and a group: `node`, `1000:1000`. */
  readonly user?: string | null | undefined
  /** An absolute path. */
  readonly workingDir?: string | null | undefined
  /** Ports as `8080`, `8080/tcp` or `53/udp`. */
  readonly exposedPorts?: ReadonlyArray<string | number> | null | undefined
  /** Absolute paths. */
  readonly volumes?: readonly string[] | null | undefined
  /** `SIGTERM`, or a number as a text. */
  readonly stopSignal?: string | null | undefined
  /** The date of the image: RFC 3339, or a `Date`. No edit sets it to the current time. */
  readonly created?: string | Date | null | undefined
  readonly author?: string | null | undefined
}

/** The options of all functions that change images. */
export interface ChangeOptions extends RuntimeOptions {
  /** Called for each attestation, signature and other referrer that is left out, and for anything unusual. */
  readonly onWarning?: ((warning: string) => void) | undefined
  /** Aborts it; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** The options of `editImage`. */
export interface EditOptions extends ChangeOptions {
  /**
   * The platforms of an index whose images are edited, such as `['linux/amd64']`. Other images do not change.
   * @default 'all'
   */
  readonly platforms?: 'all' | readonly string[] | undefined
}

/** The options of `createIndex`. */
export interface CreateIndexOptions extends ChangeOptions {
  /** Annotations of the index. @default none */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** The platforms to take of the images. @default all */
  readonly platforms?: readonly string[] | undefined
}
