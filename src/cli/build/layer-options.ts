import { type Compression, type LayerMakingOptions, matchesPattern } from '../../node/index.ts'
import type { Context } from '../context/context.ts'

import { UsageError } from '../terminal/usage-error.ts'

/** The options for a layer. */
export interface LayerFlags {
  readonly at?: string | undefined
  readonly exclude?: readonly string[] | undefined
  readonly chown?: { readonly uid: number; readonly gid: number } | undefined
  readonly chmod?: number | undefined
  readonly compress?: Compression | undefined
}

/** Makes the SDK's options for a layer. */
export function layerOptions(context: Context, flags: LayerFlags): LayerMakingOptions {
  const { at, exclude = [], chown, chmod: mode, compress } = flags
  const { signal, showProgress: onProgress } = context
  return {
    ...{ at, mode, compress, signal, onProgress },
    ...chown,
    createdBy: 'registry-client',
    ...(exclude.length > 0 && { filter: (path) => !isExcluded(path, exclude) }),
  }
}

/** Tells whether a path is left out. */
export function isExcluded(path: string, exclude: readonly string[] = []): boolean {
  return exclude.some((pattern) => isMeant(path, pattern))
}

/** A pattern is about a whole path, or about the name of a file or a folder anywhere. */
function isMeant(path: string, pattern: string): boolean {
  const trimmed = pattern.replace(/^\.?\/|\/$/g, '')
  return matchesPattern(path, trimmed) || matchesPattern(path.slice(path.lastIndexOf('/') + 1), trimmed)
}

/**
 * Reads the date that reproducible builds use (reproducible-builds.org § SOURCE_DATE_EPOCH): seconds since 1970.
 *
 * @throws {UsageError} if the variable is something else
 */
export function sourceDate(): Date | undefined {
  const text = process.env.SOURCE_DATE_EPOCH
  if (text === undefined || text === '') return undefined
  if (/^\d{1,12}$/.test(text)) return new Date(Number(text) * 1000)
  throw new UsageError(
    `Cannot use SOURCE_DATE_EPOCH: "${text}" is not a number of seconds`,
    'set it to seconds since 1970',
  )
}
