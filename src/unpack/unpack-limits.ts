/** What unpacking and spooling may come to, whatever the file says of itself. */
export interface UnpackLimits {
  /** Entries of a tar or a zip, or files of a folder. @default 100 000 */
  readonly entries: number
  /** Bytes of all names and link targets in a tar, a zip or a folder together. @default 16 MiB */
  readonly namesSize: number
  /** Bytes that a stream, or what comes out of a packed file, may have. @default 64 GiB */
  readonly spoolSize: number
  /** How many bytes may come out of one packed byte, on average, from 64 MiB on. Layers full of zeros come to 1000. @default 200 */
  readonly unpackRatio: number
  /** How often a file may be packed: `artifact.zip` with `image.tar.gz` in it is packed twice. @default 4 */
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
  return `if you trust where it comes from, raise { limits: { ${name} } }`
}
