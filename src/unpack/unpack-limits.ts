/** The limits of unpacking and spooling. They protect against hostile files. */
export interface UnpackLimits {
  /** The maximum number of entries in a tar or a zip, or of files in a folder. @default 100 000 */
  readonly entries: number
  /** The maximum size in bytes of all names and link targets of a tar, a zip or a folder. @default 16 MiB */
  readonly namesSize: number
  /** The maximum size in bytes of a stream or of an unpacked file. @default 64 GiB */
  readonly spoolSize: number
  /**
   * The maximum ratio of unpacked to packed bytes. It applies from 64 MiB of unpacked bytes on. Layers full of zeros
   * have a ratio of 1000.
   *
   * @default 200
   */
  readonly unpackRatio: number
  /** The maximum number of nested packings. `artifact.zip` with `image.tar.gz` in it has two. @default 4 */
  readonly packings: number
}

export const UNPACK_LIMITS: UnpackLimits = {
  entries: 100_000,
  namesSize: 16 * 1024 ** 2,
  spoolSize: 64 * 1024 ** 3,
  unpackRatio: 200,
  packings: 4,
}

/** Returns the remedy for an archive that exceeds a limit. */
export function raiseLimit(name: string): string {
  return `if you trust its source, raise { limits: { ${name} } }`
}
