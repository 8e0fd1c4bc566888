import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OpenDescriptor } from '../../node/archive/open-descriptor.ts'
import { createNativeHasher } from '../../node/native-sha256.ts'
import { saving } from '../../node/saving.ts'
import type { Hasher } from '../../oci/digest.ts'
import { concat } from '../../source/stream.ts'
import { bodyOf } from '../memory-storage.ts'
import type { Body } from '../storage.ts'
import { storedFile } from './files.ts'

/** The maximum size in bytes of a body that stays in memory. */
const IN_MEMORY = 1024 * 1024

/**
 * Receives a body: a small one in memory, a large one in a file that is hashed in passing. If the disk fails, it reads
 * the rest before it throws, because many clients read no answer before they have sent all.
 */
export async function receiveBody(drafts: string, pieces: AsyncIterable<Uint8Array>): Promise<Body> {
  let file: BodyFile | undefined
  let held: Uint8Array[] = []
  let size = 0
  let failure: { readonly error: unknown } | undefined
  const flush = async () => {
    try {
      file ??= await BodyFile.create(drafts)
      await file.add(concat(held))
    } catch (error) {
      failure = { error }
      await file?.discard()
    }
    held = []
    size = 0
  }
  for await (const piece of pieces) {
    if (failure) continue
    held.push(piece)
    size += piece.length
    if (size > IN_MEMORY) await flush()
  }
  if (file && !failure) await flush()
  if (failure) throw failure.error
  await file?.close()
  return file ?? bodyOf(concat(held))
}

/** A body in a temporary file. */
export class BodyFile implements Body {
  size = 0
  readonly hasher: Hasher = createNativeHasher()
  readonly #path: string
  readonly #file: OpenDescriptor
  #isMoved = false

  private constructor(path: string, file: OpenDescriptor) {
    this.#path = path
    this.#file = file
  }

  static async create(drafts: string): Promise<BodyFile> {
    const path = join(drafts, randomUUID())
    return new BodyFile(path, await saving(`"${path}"`, OpenDescriptor.open(path, 'wx')))
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.hasher.update(bytes)
    await saving(`"${this.#path}"`, this.#file.write(bytes, this.size))
    this.size += bytes.length
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  pieces(start: number, end: number): AsyncIterable<Uint8Array> {
    return storedFile(this.#path, this.size).pieces(start, end)
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = []
    for await (const piece of this.pieces(0, this.size)) parts.push(piece)
    return concat(parts)
  }

  /** Gives the file to an upload, instead of a copy of its bytes. */
  async moveTo(path: string): Promise<void> {
    await saving(`"${path}"`, rename(this.#path, path))
    this.#isMoved = true
  }

  async discard(): Promise<void> {
    await this.#file.close()
    if (!this.#isMoved) await rm(this.#path, { force: true })
  }
}
