import { pushArtifact } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readFileArgument } from '../input/artifact-file.ts'
import { formatPlace, parsePlace } from '../input/place.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface ArtifactPushFlags {
  readonly type?: string | undefined
  readonly annotation?: Readonly<Record<string, string>> | undefined
}

/** Pushes files as an artifact. */
export async function artifactPush(
  context: Context,
  text: string,
  files: readonly string[],
  { type: artifactType, annotation: annotations }: ArtifactPushFlags,
): Promise<Result> {
  const { signal, showProgress } = context
  const { registry, repository, tag = 'latest', digest } = parsePlace(text)
  if (digest) throw new UsageError(`Cannot push to "${text}": a digest follows from the files`, 'pass a tag')
  const paths = await Promise.all(files.map(readFileArgument))
  const artifact = await pushArtifact(await context.openRegistry(registry), repository, tag, paths, {
    artifactType,
    annotations,
    signal,
    onProgress: showProgress,
  })
  const reference = formatPlace({ registry, repository, tag, digest: artifact.digest })
  return { json: { reference, ...artifact }, lines: [reference] }
}
