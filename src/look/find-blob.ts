import { natural, text } from '../check-options.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { parseDigest } from '../oci/digest.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { readBlobSize } from '../registry/blob-size.ts'
import type { Registry } from '../registry/registry.ts'

/** A blob, and the repository that has it. */
interface FoundBlob {
  readonly repository: string
  readonly blob: Descriptor
}

/**
 * Finds a blob by its descriptor, or by its digest alone: then the registry is asked for the size.
 *
 * @param name The parameter, for messages: `layer`.
 * @throws {ValidationError} if the repository or the digest is not valid
 * @throws {ResponseError} if the registry refuses, does not have the blob, or does not tell its size
 */
export async function findBlob(
  registry: Registry,
  given: string,
  blob: string | Descriptor,
  name: string,
  signal: AbortSignal | undefined,
): Promise<FoundBlob> {
  const checked = text('repository', given, 'the name of a repository, such as "team/app"')
  const repository = parseRepositoryOf(registry.url, checked)
  const isDescribed = typeof blob === 'object' && blob !== null
  const wanted = 'an entry of the layers in a manifest, or a digest'
  const digest = parseDigest(isDescribed ? blob.digest : text(name, blob, wanted), `the ${name}`)
  const size = isDescribed ? blob.size : await readBlobSize(registry, repository, digest, signal)
  const mediaType = isDescribed ? blob.mediaType : 'application/octet-stream'
  return { repository, blob: { mediaType, digest, size: natural(`${name}.size`, size) } }
}
