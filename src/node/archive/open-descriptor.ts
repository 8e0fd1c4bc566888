import * as fs from 'node:fs'
import { promisify } from 'node:util'

const open = promisify(fs.open)
const read = promisify(fs.read)
const write = promisify(fs.write)
const sync = promisify(fs.fsync)
const truncate = promisify(fs.ftruncate)
const close = promisify(fs.close)

/** Closes the descriptors of files that nobody has closed and nobody can read any more. */
const forgotten = new FinalizationRegistry<number>((fd) => fs.close(fd, () => {}))

/**
 * An open file. Unlike a `FileHandle` of Node, it may be forgotten: it is closed when it is collected, without the
 * warning DEP0137.
 */
export class OpenDescriptor {
  #fd: number | undefined
  readonly #underWay = new Set<Promise<unknown>>()

  private constructor(fd: number) {
    this.#fd = fd
    forgotten.register(this, fd, this)
  }

  /** Opens a file. Rejects with the error of the file system. */
  static async open(path: string | URL, flags = 'r', mode?: number): Promise<OpenDescriptor> {
    return new OpenDescriptor(await open(path, flags, mode))
  }

  /** Reads up to `length` bytes at a position into a buffer. Resolves to the number of bytes that it has read. */
  async read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return (await this.#use((fd) => read(fd, bytes, offset, length, position))).bytesRead
  }

  /** Writes all bytes at a position. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#use((fd) => write(fd, bytes, done, bytes.length - done, position + done))
      done += bytesWritten
    }
  }

  /** Sets the size of the file. What was not written is zeros. */
  async resize(size: number): Promise<void> {
    await this.#use((fd) => truncate(fd, size))
  }

  /** Waits until the bytes are on the disk. */
  async flush(): Promise<void> {
    await this.#use((fd) => sync(fd))
  }

  /** Closes the file after the reads and writes under way. A second call does nothing. */
  async close(): Promise<void> {
    const fd = this.#fd
    if (fd === undefined) return
    this.#fd = undefined
    forgotten.unregister(this)
    await Promise.allSettled(this.#underWay)
    await close(fd)
  }

  /** Its set keeps the object from being collected, and thus the file from being closed, until the act has ended. */
  async #use<T>(act: (fd: number) => Promise<T>): Promise<T> {
    if (this.#fd === undefined) throw new Error('the file is closed')
    const acting = act(this.#fd)
    this.#underWay.add(acting)
    try {
      return await acting
    } finally {
      this.#underWay.delete(acting)
    }
  }
}
