import { access } from 'node:fs/promises'
import type { ArtifactPath } from '../../node/index.ts'

/** A path, a colon, and a media type: a type and a subtype. */
const WITH_TYPE = /^(.+):([^:/\\]+\/[^:/\\]+)$/s

/**
 * Reads the argument for a file of an artifact: a path, or a path and a media type as in `sbom.json:application/json`.
 * A path may have colons. If a file has the whole text as its path, it is that file.
 */
export async function readFileArgument(text: string): Promise<ArtifactPath> {
  const [, path = text, mediaType] = WITH_TYPE.exec(text) ?? []
  if (mediaType === undefined || (await exists(text))) return { path: text }
  return { path, mediaType }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
