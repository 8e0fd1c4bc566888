import { attachArtifact } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { readFileArgument } from '../input/artifact-file.ts'
import { formatPlace, parsePlace, referenceOf } from '../input/place.ts'

interface AttachFlags {
  readonly type: string
  readonly annotation?: Readonly<Record<string, string>> | undefined
}

/** Attaches files to an image, as an artifact whose subject it is. */
export async function attach(
  context: Context,
  text: string,
  files: readonly string[],
  { type: artifactType, annotation: annotations }: AttachFlags,
): Promise<Result> {
  const { signal, showProgress } = context
  const place = parsePlace(text)
  const { registry, repository } = place
  const paths = await Promise.all(files.map(readFileArgument))
  const artifact = await attachArtifact(await context.openRegistry(registry), repository, referenceOf(place), paths, {
    artifactType,
    annotations,
    signal,
    onProgress: showProgress,
  })
  const reference = formatPlace({ registry, repository, digest: artifact.digest })
  return { json: { reference, ...artifact }, lines: [reference] }
}
