import { type Archive, openArchive, pushDockerTar, pushStream } from '../../node/index.ts'
import { type Place, parsePlace, readRegistryAddress } from '../connection/place.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'

interface PushFlags {
  readonly platform?: readonly string[] | undefined
}

/** Pushes an image of an archive. */
export async function push(
  context: Context,
  input: string,
  destination: string | undefined,
  { platform: platforms }: PushFlags,
): Promise<Result> {
  const { signal, onWarning, showProgress } = context
  const options = {
    signal,
    onWarning,
    onProgress: showProgress,
    ...(platforms && { platforms }),
  }
  if (input === '-') {
    const { registry, repository, tag } = parsePlace(destination as string)
    const handle = await context.openRegistry(registry)
    const digest = await pushStream(process.stdin, handle, repository, tag, options)
    return pushed(registry, repository, tag ?? 'latest', digest)
  }
  const archive = await openArchive(input, { signal, onOpenProgress: showProgress })
  try {
    const { registry, repository, tag = 'latest' } = placeOf(archive, destination)
    const handle = await context.openRegistry(registry)
    return pushed(registry, repository, tag, await pushDockerTar(archive, handle, repository, tag, options))
  } finally {
    await archive.close()
  }
}

/** Finds where an image goes: to the destination, or by its own name. */
function placeOf({ images }: Archive, destination: string | undefined): Place {
  const address = destination === undefined ? undefined : readRegistryAddress(destination)
  if (destination !== undefined && address === undefined) return parsePlace(destination)
  const place = parsePlace(images.flatMap(({ names }) => names)[0] ?? '')
  return { ...place, registry: address ?? place.registry }
}

function pushed(registry: string, repository: string, tag: string, digest: string): Result {
  const reference = `${registry.replace(/^https?:\/\//, '')}/${repository}:${tag}@${digest}`
  return { json: { images: [{ reference, digest }] }, lines: [reference] }
}
