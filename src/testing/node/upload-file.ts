import { OpenDescriptor } from '../../node/archive/open-descriptor.ts'
import { createNativeHasher } from '../../node/native-sha256.ts'
import { saving } from '../../node/saving.ts'
import type { Digest, Hasher } from '../../oci/digest.ts'
import type { Body, UploadBytes } from '../storage.ts'
import { BodyFile } from './body-file.ts'
import { storedFile } from './files.ts'

/** The bytes of an upload, in a file that outlives the process. */
export class UploadFile implements UploadBytes {
  readonly #path: string
  readonly #keep: (digest: Digest) => Promise<void>
  #size: number
  /** Has hashed all bytes; `undefined` if the file has to be read for that. */
  #hasher: Hasher | undefined

  /**
   * @param size The size of the file in bytes. It is not empty if the upload began before the registry was started.
   * @param keep Makes the file a blob.
   */
  constructor(path: string, size: number, keep: (digest: Digest) => Promise<void>) {
    this.#path = path
    this.#size = size
    this.#keep = keep
  }

  async append(body: Body): Promise<void> {
    if (this.#size === 0 && body instanceof BodyFile) {
      await body.moveTo(this.#path)
      this.#hasher = body.hasher
    } else {
      await this.#write(body)
    }
    this.#size += body.size
  }

  async digest(): Promise<Digest> {
    const hasher = await this.#hashed()
    // A hasher cannot be used after its digest.
    this.#hasher = undefined
    return hasher.digest()
  }

  keepAs(digest: Digest): Promise<void> {
    return this.#keep(digest)
  }

  async #write(body: Body): Promise<void> {
    const hasher = await this.#hashed()
    this.#hasher = undefined
    const file = await saving(`"${this.#path}"`, OpenDescriptor.open(this.#path, 'r+'))
    try {
      let offset = this.#size
      for await (const piece of body.pieces(0, body.size)) {
        hasher.update(piece)
        await saving(`"${this.#path}"`, file.write(piece, offset))
        offset += piece.length
      }
    } catch (error) {
      await file.resize(this.#size).catch(() => {})
      throw error
    } finally {
      await file.close()
    }
    this.#hasher = hasher
  }

  async #hashed(): Promise<Hasher> {
    if (this.#hasher) return this.#hasher
    const hasher = createNativeHasher()
    for await (const piece of storedFile(this.#path, this.#size).pieces(0, this.#size)) hasher.update(piece)
    return hasher
  }
}
