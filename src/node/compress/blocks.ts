import type { ByteStream } from '../../source/stream.ts'
import { type Job, type Threads, withThreads } from './threads.ts'

/** In bytes, of the largest block. */
const MAX_BLOCK = 2 * 1024 * 1024
/** In bytes: so much of what stands before a block is its dictionary, where it has one. So far back does deflate look. */
const WINDOW = 32 * 1024

/** How a stream is compressed block by block, each for itself. */
interface BlockEncoding {
  /** In bytes, up to 2 MiB. It decides what comes out: to change it gives all layers other digests. */
  readonly blockSize: number
  /** Whether the end of the block before is a block's dictionary. */
  readonly hasDictionary: boolean
  readonly job: Job
  /** Does the same here, for what is too little to be worth a thread. */
  compress(block: Uint8Array): Uint8Array
}

/** Compresses a stream on all cores. It is done with each piece of it when it asks for the next: all may come in the same memory. */
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
    // It may fail while the one before it is awaited; who awaits it learns of that.
    made.catch(() => undefined)
    underWay.push(made)
    // Enough that no thread has to wait while what is made already goes where it has to.
    if (underWay.length > 2 * threads.count) yield (await underWay.shift()) as Uint8Array
  }
  for (const frame of underWay) yield await frame
}

/** Puts a stream into memory, as much as there is room for: less only at its end. */
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
