import { choice } from '../check-options.ts'
import { DigestMismatchError } from '../errors.ts'
import type { Content } from '../oci/descriptor.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { digestOfSource } from '../oci/verify.ts'
import { openBlob } from '../registry/download/blob-source.ts'
import type { Registry } from '../registry/registry.ts'
import { trustDigests } from '../registry/upload/trusted-digest.ts'
import type { DigestTrust, Hashing } from '../registry/upload/upload-options.ts'
import type { PushOptions } from './push-options.ts'

/** A trust that may be verified. */
export interface RegistryTrust extends DigestTrust {
  /** Reads a blob back that was not hashed before, but is to be verified. */
  readonly readBack?: typeof readBack | undefined
}

/**
 * Leaves it to the registry to compare digests. With `verify`, each blob is read back too.
 *
 * @throws {TypeError} if `hashing` is another word
 */
export function trustRegistry({ hashing, verify }: PushOptions): RegistryTrust {
  choice('hashing', hashing as Hashing, ['always', 'when-needed'])
  return verify ? { ...trustDigests, readBack } : trustDigests
}

/**
 * Reads a blob back that was uploaded without hashing it, and compares its digest. Not all registries do that. A wrong
 * blob stays: what comes wrong from a cache or a proxy may be right in the registry.
 *
 * @throws {DigestMismatchError} if the registry has other bytes
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer, or a web page may not read where it keeps its blobs
 */
async function readBack(
  registry: Registry,
  repository: string,
  { digest, size, mediaType }: Content,
  createHasher: CreateHasher,
  signal: AbortSignal,
): Promise<void> {
  const stored = openBlob(registry, repository, { digest, size, mediaType })
  const actual = await digestOfSource(stored, createHasher, signal)
  if (actual === digest) return
  throw new DigestMismatchError(
    'DIGEST_MISMATCH',
    `Cannot verify the push: the registry has taken ${digest} into "${repository}", but its bytes are ${actual}`,
    {
      remedy:
        "the registry does not compare digests: push again with { hashing: 'always', existing: 'upload' }, which tells whether the archive is damaged",
      expected: digest,
      actual,
    },
  )
}
