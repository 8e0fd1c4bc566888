import { createPortableHasher } from '../hash/sha256.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import { concat } from '../source/stream.ts'
import { randomId } from './random-id.ts'
import { type Body, newUpload, type Repository, type Storage, type StoredManifest, type Upload } from './storage.ts'

/** The content of one repository, in memory. */
interface MemoryRepository extends Repository {
  readonly blobs: Map<Digest, Body>
}

/** Creates an empty registry in memory. */
export function createMemoryStorage(): Storage {
  const repositories = new Map<string, MemoryRepository>()
  const uploads = new Map<string, Upload>()

  function open(name: string): MemoryRepository {
    const repository = repositories.get(name) ?? createRepository()
    repositories.set(name, repository)
    return repository
  }

  return {
    repositories,
    uploads,
    receive: async (pieces) => {
      const parts: Uint8Array[] = []
      for await (const piece of pieces) parts.push(piece)
      return bodyOf(concat(parts))
    },
    openRepository: async (name) => open(name),
    async openUpload(repository) {
      const id = randomId()
      const chunks: Uint8Array[] = []
      const upload = newUpload(id, repository, {
        append: async (body) => void chunks.push(await body.bytes()),
        digest: () => digestOf(concat(chunks), createPortableHasher),
        async keepAs(digest) {
          uploads.delete(id)
          open(repository).blobs.set(digest, bodyOf(concat(chunks)))
        },
      })
      uploads.set(id, upload)
      return upload
    },
    deleteUpload: async (id) => void uploads.delete(id),
    async mountBlob(digest, from, to) {
      const blob = repositories.get(from)?.blobs.get(digest)
      if (blob) open(to).blobs.set(digest, blob)
      return blob !== undefined
    },
  }
}

function createRepository(): MemoryRepository {
  const blobs = new Map<Digest, Body>()
  const manifests = new Map<Digest, StoredManifest>()
  const tags = new Map<string, Digest>()
  return {
    blobs,
    manifests,
    tags,
    findBlob: async (digest) => blobs.get(digest),
    deleteBlob: async (digest) => blobs.delete(digest),
    async putManifest(digest, mediaType, bytes, named) {
      manifests.set(digest, { mediaType, size: bytes.length, bytes: async () => bytes })
      for (const tag of named) tags.set(tag, digest)
    },
    async deleteManifest(digest) {
      manifests.delete(digest)
      for (const [tag, named] of tags) if (named === digest) tags.delete(tag)
    },
    deleteTag: async (tag) => void tags.delete(tag),
  }
}

/** Bytes in memory. */
export function bodyOf(bytes: Uint8Array<ArrayBuffer>): Body {
  return {
    size: bytes.length,
    async *pieces(start, end) {
      yield bytes.subarray(start, end)
    },
    bytes: async () => bytes,
    discard: async () => {},
  }
}
