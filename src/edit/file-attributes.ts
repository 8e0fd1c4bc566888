import { natural, show } from '../check-options.ts'
import type { FileAttributes, FileOptions } from './layer-files.ts'

/** In seconds since 1970, for the times of files. */
interface CheckedAttributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: number
}

/** The largest number of a user or a group in Linux. */
const MAX_ID = 2 ** 32 - 2
const MAX_MODE = 0o7777

/**
 * Reads the attributes of a file: its own, or those of all files.
 *
 * @param usualMode The mode if nobody gives one.
 * @throws {TypeError} if an attribute has another type
 * @throws {RangeError} if a number is out of range
 */
export function readAttributes(
  path: string,
  usualMode: number,
  { mode, uid, gid, mtime }: FileAttributes,
  options: FileOptions,
): CheckedAttributes {
  const given = mode ?? (typeof options.mode === 'function' ? options.mode(path) : options.mode)
  return {
    mode: inRange(`mode of ${JSON.stringify(path)}`, given ?? usualMode, MAX_MODE),
    uid: inRange('uid', uid ?? options.uid ?? 0, MAX_ID),
    gid: inRange('gid', gid ?? options.gid ?? 0, MAX_ID),
    mtime: secondsOf(mtime ?? options.mtime),
  }
}

function inRange(name: string, value: number, max: number): number {
  if (natural(name, value) <= max) return value
  throw new RangeError(`Cannot use ${name}: it has to be at most ${max}, not ${value}`)
}

function secondsOf(mtime: Date | undefined): number {
  if (mtime === undefined) return 0
  const time = mtime instanceof Date ? mtime.getTime() : Number.NaN
  if (time >= 0) return Math.floor(time / 1000)
  throw new TypeError(`Cannot use mtime: it has to be a Date from 1970 on, not ${show(mtime)}`)
}
