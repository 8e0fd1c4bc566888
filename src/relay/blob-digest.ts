import type { CreateHasher, Digest, Hasher } from '../oci/digest.ts'
import type { Source } from '../source/source.ts'

/** The digest of a blob that can be read once. An upload hashes what it reads, and the rest is hashed here. */
interface BlobDigest {
  /** Known once all bytes are hashed. */
  readonly known: Digest | undefined
  /** Gives an upload its hasher. */
  readonly createHasher: CreateHasher
  /** Reads and hashes what no upload has read. */
  finish(): Promise<Digest>
}

/** In bytes, of one read. */
const PIECE = 512 * 1024

export function createBlobDigest(source: Source, createHasher: CreateHasher): BlobDigest {
  let hasher: Hasher | undefined
  let hashed = 0
  let known: Digest | undefined

  function update(bytes: Uint8Array): void {
    hasher?.update(bytes)
    hashed += bytes.length
  }

  function digest(): Digest {
    known ??= (hasher as Hasher).digest()
    return known
  }

  return {
    get known() {
      return known
    },
    async createHasher() {
      hasher ??= await createHasher()
      return { update, digest }
    },
    async finish() {
      hasher ??= await createHasher()
      while (hashed < source.size) update(await source.read(hashed, Math.min(hashed + PIECE, source.size)))
      return digest()
    },
  }
}
