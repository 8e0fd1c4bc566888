import { join } from 'node:path'
import { pullArtifact, ValidationError } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { formatPlace, type Place, parsePlace, referenceOf } from '../input/place.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface ArtifactPullFlags {
  readonly output: string
  readonly force?: true | undefined
}

/** Writes the files of an artifact into a folder, or the only one to stdout. */
export async function artifactPull(
  context: Context,
  text: string,
  { output, force }: ArtifactPullFlags,
): Promise<Result | undefined> {
  const { signal, onWarning, showProgress } = context
  const place = parsePlace(text)
  const { registry, repository } = place
  if (output === '-') return printFile(context, text, place)
  const artifact = await pullArtifact(await context.openRegistry(registry), repository, referenceOf(place), {
    to: output,
    overwrite: force ?? false,
    signal,
    onWarning,
    onProgress: showProgress,
  })
  if (artifact.files.length === 0) throw nothingWritten(text)
  const reference = formatPlace({ registry, repository, digest: artifact.digest })
  return { json: { reference, ...artifact }, lines: artifact.files.map(({ title }) => join(output, title)) }
}

function nothingWritten(text: string): ValidationError {
  return new ValidationError('ARTIFACT_INVALID', `Cannot write the files of "${text}": no file has a title`, {
    remedy: 'write the only file to stdout with -o -',
    input: text,
  })
}

async function printFile(context: Context, text: string, place: Place): Promise<undefined> {
  const { settings, signal } = context
  if (settings.json) throw new UsageError('Cannot use --json with -o -: both write to stdout', 'write to a folder')
  const registry = await context.openRegistry(place.registry)
  const { files } = await pullArtifact(registry, place.repository, referenceOf(place), { signal })
  const [file, ...others] = files
  if (!file || others.length > 0) {
    throw new UsageError(`Cannot write "${text}" to stdout: it has ${files.length} files`, 'pass a folder to -o')
  }
  await context.writeBytes(file.stream({ signal }))
}
