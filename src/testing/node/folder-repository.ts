import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { saving, unlessMissing } from '../../node/saving.ts'
import type { Digest } from '../../oci/digest.ts'
import { INDEX_PATH, LAYOUT, LAYOUT_PATH } from '../../oci/image-layout.ts'
import type { Repository, StoredBytes, StoredManifest } from '../storage.ts'
import { flushFolder, sizeOf, storedFile, writeWhole } from './files.ts'
import { type Listing, readListing, toIndexJson } from './folder-index.ts'

export const BLOBS = join('blobs', 'sha256')

/** A repository in a folder: an image layout. Its `index.json` has all manifests and tags. */
export class FolderRepository implements Repository {
  readonly folder: string
  readonly #drafts: string
  #listing: Listing
  #manifests: ReadonlyMap<Digest, StoredManifest>
  /** Settles when the changes so far have ended. */
  #changes: Promise<unknown> = Promise.resolve()

  private constructor(folder: string, drafts: string, listing: Listing) {
    this.folder = folder
    this.#drafts = drafts
    this.#listing = listing
    this.#manifests = this.#toManifests(listing, new Map())
  }

  /** Opens a repository that exists. */
  static async open(folder: string, drafts: string): Promise<FolderRepository> {
    return new FolderRepository(folder, drafts, await readListing(join(folder, INDEX_PATH)))
  }

  /** Opens a repository. Creates it if it does not exist. */
  static async create(folder: string, root: string, drafts: string): Promise<FolderRepository> {
    await saving(`"${folder}"`, mkdir(join(folder, BLOBS), { recursive: true }))
    const index = join(folder, INDEX_PATH)
    if ((await sizeOf(index)) === undefined) {
      await writeWhole(drafts, index, toIndexJson({ manifests: new Map(), tags: new Map() }))
    }
    // The last: a folder with this file is whole.
    await writeWhole(drafts, join(folder, LAYOUT_PATH), new TextEncoder().encode(JSON.stringify(LAYOUT)))
    await flushFolder(join(folder, dirname(BLOBS)))
    for (let one = folder; one !== root; one = dirname(one)) await flushFolder(dirname(one))
    return FolderRepository.open(folder, drafts)
  }

  get manifests(): ReadonlyMap<Digest, StoredManifest> {
    return this.#manifests
  }

  get tags(): ReadonlyMap<string, Digest> {
    return this.#listing.tags
  }

  /** The path of a blob or a manifest. */
  pathOf(digest: Digest): string {
    return join(this.folder, BLOBS, digest.slice('sha256:'.length))
  }

  async findBlob(digest: Digest): Promise<StoredBytes | undefined> {
    const path = this.pathOf(digest)
    const size = await sizeOf(path)
    return size === undefined ? undefined : storedFile(path, size)
  }

  async deleteBlob(digest: Digest): Promise<boolean> {
    if (this.#manifests.has(digest)) return false
    const path = this.pathOf(digest)
    const removed = rm(path).then(() => true, unlessMissing)
    return (await saving(`"${path}"`, removed)) ?? false
  }

  async putManifest(digest: Digest, mediaType: string, bytes: Uint8Array, named: readonly string[]): Promise<void> {
    await writeWhole(this.#drafts, this.pathOf(digest), bytes)
    await this.#change(({ manifests, tags }) => {
      manifests.set(digest, { mediaType, size: bytes.length })
      for (const tag of named) tags.set(tag, digest)
    })
  }

  /** Deletes a manifest from the index. Its file stays until the registry is started later. */
  deleteManifest(digest: Digest): Promise<void> {
    return this.#change(({ manifests, tags }) => {
      manifests.delete(digest)
      for (const [tag, named] of tags) if (named === digest) tags.delete(tag)
    })
  }

  deleteTag(tag: string): Promise<void> {
    return this.#change(({ tags }) => void tags.delete(tag))
  }

  /** Changes the index, after the changes before. What is read is the old index until the new one is on the disk. */
  async #change(act: (listing: Listing) => void): Promise<void> {
    const changed = this.#changes.then(async () => {
      const { manifests, tags } = this.#listing
      const listing = { manifests: new Map(manifests), tags: new Map(tags) }
      act(listing)
      await writeWhole(this.#drafts, join(this.folder, INDEX_PATH), toIndexJson(listing))
      this.#listing = listing
      this.#manifests = this.#toManifests(listing, this.#manifests)
    })
    this.#changes = changed.catch(() => undefined)
    await changed
  }

  /** The objects of manifests that stay are the same, because what is known of them is kept by them. */
  #toManifests(
    { manifests }: Listing,
    known: ReadonlyMap<Digest, StoredManifest>,
  ): ReadonlyMap<Digest, StoredManifest> {
    const bytesOf = async (digest: Digest) => {
      const path = this.pathOf(digest)
      return new Uint8Array(await saving(`"${path}"`, readFile(path)))
    }
    return new Map(
      [...manifests].map(([digest, { mediaType, size }]) => {
        const same = known.get(digest)
        if (same?.mediaType === mediaType) return [digest, same]
        return [digest, { mediaType, size, bytes: () => bytesOf(digest) }]
      }),
    )
  }
}
