import { join } from 'node:path'
import { pullArtifact } from '../../node/index.ts'
import { formatPlace, parsePlace, referenceOf } from '../connection/place.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'

interface ArtifactPullFlags {
  readonly output: string
  readonly force?: true | undefined
}

/** Writes the files of an artifact into a folder. */
export async function artifactPull(
  context: Context,
  text: string,
  { output: to, force }: ArtifactPullFlags,
): Promise<Result> {
  const { signal, onWarning, showProgress } = context
  const place = parsePlace(text)
  const { registry, repository } = place
  const artifact = await pullArtifact(await context.openRegistry(registry), repository, referenceOf(place), {
    to,
    overwrite: force ?? false,
    signal,
    onWarning,
    onProgress: showProgress,
  })
  const reference = formatPlace({ registry, repository, digest: artifact.digest })
  return { json: { reference, ...artifact }, lines: artifact.files.map(({ title }) => join(to, title)) }
}
