import { diffImages, type ImageDiff } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { openImageInput } from '../input/open-image.ts'
import { formatDiff, isSame } from '../look/format-diff.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface DiffFlags {
  readonly files?: true | undefined
  readonly platform?: string | undefined
  /** Images of the two archives. */
  readonly fromImage?: string | undefined
  readonly toImage?: string | undefined
  readonly exitCode?: true | undefined
}

/** Compares two images: their configs and layers, and with `--files` their files. */
export async function diff(context: Context, from: string, to: string, flags: DiffFlags): Promise<Result> {
  if (from === '-' && to === '-') {
    throw new UsageError('Cannot read two archives from stdin', 'pass the path of one of them')
  }
  const compared = await compare(context, from, to, flags)
  const { layers, ...rest } = compared
  const json = {
    ...rest,
    layers: Object.fromEntries(
      Object.entries(layers).map(([kind, list]) => [kind, list.map(({ source: _, ...layer }) => layer)]),
    ),
  }
  return { json, lines: formatDiff(compared), exitCode: flags.exitCode && !isSame(compared) ? 1 : 0 }
}

async function compare(context: Context, from: string, to: string, flags: DiffFlags): Promise<ImageDiff> {
  const { platform, files } = flags
  const before = await openImageInput(context, from, { image: flags.fromImage, platform })
  try {
    const after = await openImageInput(context, to, { image: flags.toImage, platform })
    try {
      const { signal, showProgress } = context
      return await diffImages(before.image, after.image, { files, signal, onProgress: showProgress })
    } finally {
      await after.close()
    }
  } finally {
    await before.close()
  }
}
