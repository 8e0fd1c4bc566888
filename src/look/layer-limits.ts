import { optionsOf } from '../check-options.ts'
import { fillLimits } from '../images/fill-limits.ts'
import type { UnpackLimits } from '../unpack/unpack-limits.ts'

/** Limits for the files of a layer. They keep a hostile layer from costing more than a normal one. */
export interface LayerLimits {
  /** The maximum number of entries of a layer, or of files and folders of an image. @default 1 000 000 */
  readonly entries: number
  /**
   * The maximum size in bytes of all names and link targets of an image, and of all extended attributes.
   *
   * @default 64 MiB
   */
  readonly namesSize: number
  /** The maximum size in bytes of the extended headers of one entry. @default 1 MiB */
  readonly extendedHeaderSize: number
  /** The maximum size in bytes of an unpacked layer. @default 64 GiB */
  readonly spoolSize: number
  /**
   * The maximum ratio of unpacked to packed bytes. It applies from 64 MiB of unpacked bytes on. Layers full of zeros
   * have a ratio of 1000.
   *
   * @default 200
   */
  readonly unpackRatio: number
  /** The maximum size in bytes of a file that is read into memory as a whole, by `bytes()`. @default 256 MiB */
  readonly fileSize: number
}

const LAYER_LIMITS: LayerLimits = {
  entries: 1_000_000,
  namesSize: 64 * 1024 ** 2,
  extendedHeaderSize: 1024 ** 2,
  spoolSize: 64 * 1024 ** 3,
  unpackRatio: 200,
  fileSize: 256 * 1024 ** 2,
}

/** Fills in the limits that are not given; throws what `fillLimits` throws. */
export function withDefaultLimits(given: Partial<LayerLimits> = {}): LayerLimits & UnpackLimits {
  // A layer has one packing.
  return { ...fillLimits('Cannot read the layer', LAYER_LIMITS, optionsOf(given, 'limits as an object')), packings: 1 }
}
