import {
  type Compression,
  type Image,
  type SavedLayout,
  saveArchive,
  saveLayout,
  type WriteOptions,
} from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { UsageError } from '../terminal/usage-error.ts'
import type { OutputTarget } from './output-target.ts'
import { type Renaming, renamer } from './rename.ts'

/** The flags of commands that write images. */
export interface WriteFlags {
  readonly output?: string | undefined
  readonly force?: true | undefined
  readonly format?: 'docker' | 'oci' | undefined
  readonly name?: readonly string[] | undefined
  readonly rename?: readonly Renaming[] | undefined
  readonly compress?: Compression | undefined
  readonly decompress?: 'zstd' | undefined
  /** In bytes per second. */
  readonly limitRate?: number | undefined
}

/**
 * Writes images to stdout, a tar or a folder.
 *
 * @param options The choice of images and platforms.
 * @returns the result, or nothing if stdout has the archive
 * @throws {UsageError} if flags contradict each other
 */
export async function writeImages(
  context: Context,
  images: readonly Image[],
  target: OutputTarget,
  flags: WriteFlags,
  choice: Pick<WriteOptions, 'images' | 'platform' | 'platforms'> = {},
): Promise<Result | undefined> {
  const options = { ...writeOptions(context, flags), ...choice }
  if (target.kind === 'folder') {
    if (flags.format === 'docker') {
      throw new UsageError('Cannot write a folder in the format docker', 'leave --format out, or write a tar')
    }
    context.onInterrupt(
      () => `The folder "${target.path}" may have whole blobs of it. Run the same command again to complete it.`,
    )
    const { images: written } = await saveLayout(images, target.path, options)
    return resultOf(context, { path: target.path, images: written })
  }
  if (target.kind === 'stdout') context.onInterrupt(() => 'The archive on stdout is not complete.')
  const to = target.kind === 'stdout' ? process.stdout : target.path
  const { size, images: written } = await saveArchive(images, to, { ...options, format: flags.format })
  if (target.kind === 'file') return resultOf(context, { path: target.path, size, images: written })
  for (const line of linesOf(written)) context.note(line)
  return undefined
}

function writeOptions(
  { signal, onWarning, showProgress }: Context,
  { name, rename, compress, decompress, limitRate }: WriteFlags,
): WriteOptions {
  if (name && rename) throw new UsageError('Cannot use --name with --rename', 'leave one of them out')
  return {
    signal,
    onWarning,
    onProgress: showProgress,
    compress,
    decompress,
    maxBytesPerSecond: limitRate,
    ...(name && { names: name }),
    ...(rename && { rename: renamer(rename) }),
  }
}

interface Written extends SavedLayout {
  readonly path: string
  readonly size?: number
}

function resultOf({ note }: Context, written: Written): Result {
  note(`Written to ${written.path}`)
  return { json: written, lines: linesOf(written.images) }
}

/** A line for each name of an image. Referrers have no name, and no line. */
function linesOf(images: SavedLayout['images']): readonly string[] {
  const named = images.flatMap(({ names, digest }) => names.map((name) => `${name}@${digest}`))
  return named.length > 0 ? named : images.slice(0, 1).map(({ digest }) => digest)
}
