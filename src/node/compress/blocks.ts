import type { ByteStream } from '../../source/stream.ts'
import { type Job, type Threads, withThreads } from './threads.ts'

/** The maximum block size in bytes. */
const MAX_BLOCK = 2 * 1024 * 1024
/** The size of a block's dictionary in bytes: the end of the data before it, as far back as deflate refers. */
const WINDOW = 32 * 1024

/** How to compress a stream in independent blocks. */
interface BlockEncoding {
  /** The size of a block in bytes, up to 2 MiB. A change of the size changes the digests of all layers. */
  readonly blockSize: number
  /** True if the end of the previous block is a block's dictionary. */
  readonly hasDictionary: boolean
  readonly job: Job
  /** Compresses a block in this thread, for data too small for another thread. */
  compress(block: Uint8Array): Uint8Array
}

/**
 * Compresses a stream on all cores. It no longer uses a piece when it requests the next one, so all pieces may share
 * the same memory.
 */
export function compressBlocks(bytes: ByteStream, encoding: BlockEncoding): AsyncGenerator<Uint8Array> {
  return withThreads(WINDOW + MAX_BLOCK, (threads) => compressWith(threads, bytes, encoding))
}

async function* compressWith(
  threads: Threads,
  bytes: ByteStream,
  { blockSize, hasDictionary, job, compress }: BlockEncoding,
): AsyncGenerator<Uint8Array> {
  const fill = filling(bytes)
  const underWay: Promise<Uint8Array>[] = []
  let dictionary = new Uint8Array()
  for (let size = blockSize, isFirst = true; size === blockSize; isFirst = false) {
    const memory = await threads.takeMemory()
    const block = new Uint8Array(memory, WINDOW, blockSize)
    try {
      size = await fill(block)
    } catch (error) {
      threads.giveMemory(memory)
      throw error
    }
    const filled = block.subarray(0, size)
    if (size === 0 || (isFirst && size < blockSize)) {
      const copy = Uint8Array.from(filled)
      threads.giveMemory(memory)
      if (size > 0) yield compress(copy)
      break
    }
    const start = WINDOW - dictionary.length
    new Uint8Array(memory, start).set(dictionary)
    if (hasDictionary) dictionary = Uint8Array.from(filled.subarray(-WINDOW))
    const made = threads.compress(memory, [start, WINDOW, WINDOW + size], job)
    // The block may fail while the previous one is awaited. The later `await` throws the error.
    made.catch(() => undefined)
    underWay.push(made)
    // Enough blocks that no thread is idle while the caller processes finished ones.
    if (underWay.length > 2 * threads.count) yield (await underWay.shift()) as Uint8Array
  }
  for (const frame of underWay) yield await frame
}

/**
 * Returns a function that fills its target from a stream and returns the number of bytes, which is smaller only at the
 * end.
 */
function filling(bytes: ByteStream): (target: Uint8Array) => Promise<number> {
  const pieces = bytes[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()
  return async (target) => {
    let filled = 0
    while (filled < target.length) {
      if (rest.length === 0) {
        const { done, value } = await pieces.next()
        if (done) break
        rest = value
      }
      const part = rest.subarray(0, target.length - filled)
      target.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
    }
    return filled
  }
}
