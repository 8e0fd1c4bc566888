import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ZlibOptions } from 'node:zlib'
import { RegistryError } from '../../errors.ts'

/** More threads would outrun disk and network. */
const MAX_THREADS = 4

/** The program of a thread: it gets the place of a block in shared memory, compresses it, and sends the result. */
const THREAD = `
const { parentPort } = require('node:worker_threads')
const { deflateRawSync, zstdCompressSync } = require('node:zlib')
let loading
async function loadWasm(url) {
  const { Zstd } = await import(url)
  const zstd = await Zstd.load()
  // As copyAtOnce() of compress/zstd.ts.
  const memory = zstd._mainModule
  if (memory) memory.heapToUint8Array = (part) => memory.heapView(part).slice()
  return zstd
}
async function compressByWasm(block, { url, level }) {
  loading ??= loadWasm(url)
  return (await loading).compress(block, level)
}
parentPort.on('message', async ({ id, memory, range: [start, from, end], deflate, zstd, wasm }) => {
  const block = new Uint8Array(memory, from, end - from)
  const dictionary = start < from ? { dictionary: new Uint8Array(memory, start, from - start) } : {}
  const made = deflate
    ? deflateRawSync(block, { ...deflate, ...dictionary })
    : zstd
      ? zstdCompressSync(block, { ...zstd, pledgedSrcSize: block.length })
      : await compressByWasm(block, wasm)
  // The result has memory of its own, so that it can be transferred.
  parentPort.postMessage({ id, made }, [made.buffer])
})`

/** How to compress a block: by deflate or zstd of the runtime with these options, or by `@hpcc-js/wasm-zstd` from this URL. */
export interface Job {
  readonly deflate?: ZlibOptions
  readonly zstd?: { readonly params: Readonly<Record<number, number>>; readonly chunkSize: number }
  readonly wasm?: { readonly url: string; readonly level: number }
}

/** Offsets in bytes: the start of the dictionary, the start of the block, and the end of the block. */
type BlockRange = readonly [start: number, from: number, end: number]

/** Threads that compress one block at a time each, and the memory for the blocks. */
export interface Threads {
  readonly count: number
  /** Waits for memory. `compress` or `giveMemory` gives it back. */
  takeMemory(): Promise<SharedArrayBuffer>
  giveMemory(memory: SharedArrayBuffer): void
  /** @throws {RegistryError} if the thread fails */
  compress(memory: SharedArrayBuffer, range: BlockRange, job: Job): Promise<Uint8Array>
}

let shared: (Threads & { stop(): Promise<unknown> }) | undefined
let users = 0

/**
 * Lends the threads of this process, one for each core, and stops them after their last use.
 *
 * @param memorySize In bytes: the most that a block and its dictionary need. The first caller decides.
 */
export async function* withThreads<T>(
  memorySize: number,
  use: (threads: Threads) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  shared ??= createThreads(memorySize)
  const threads = shared
  users++
  try {
    yield* use(threads)
  } finally {
    users--
    if (users === 0) {
      shared = undefined
      await threads.stop()
    }
  }
}

function createThreads(memorySize: number): Threads & { stop(): Promise<unknown> } {
  const count = Math.min(availableParallelism(), MAX_THREADS)
  const threads: Thread[] = []
  // Memory is used again, to spare the garbage collector.
  const unused = Array.from({ length: 2 * count + 2 }, () => new SharedArrayBuffer(memorySize))
  const waiting: ((memory: SharedArrayBuffer) => void)[] = []

  function giveMemory(memory: SharedArrayBuffer): void {
    const next = waiting.shift()
    if (next) next(memory)
    else unused.push(memory)
  }

  /** An idle thread, otherwise a new one while there are cores for it, otherwise the one with the least work. */
  function chooseThread(): Thread {
    const [idlest] = [...threads].sort((one, other) => one.load - other.load)
    if (idlest && (idlest.load === 0 || threads.length === count)) return idlest
    const thread = startThread()
    threads.push(thread)
    return thread
  }

  return {
    count,
    giveMemory,
    async takeMemory() {
      return unused.pop() ?? new Promise((resolve) => waiting.push(resolve))
    },
    compress(memory, range, job) {
      return chooseThread()
        .compress(memory, range, job)
        .finally(() => giveMemory(memory))
    },
    stop: () => Promise.all(threads.map((thread) => thread.stop())),
  }
}

interface Thread extends Pick<Threads, 'compress'> {
  /** The number of blocks that wait for it. */
  readonly load: number
  stop(): Promise<unknown>
}

function startThread(): Thread {
  // Without the options of this process: with `--input-type=module` the program would not be CommonJS.
  const worker = new Worker(THREAD, { eval: true, execArgv: [] })
  const waiting = new Map<number, { done(made: Uint8Array): void; fail(error: Error): void }>()
  let failure: RegistryError | undefined
  let lastId = 0
  worker.on('message', ({ id, made }: { id: number; made: Uint8Array }) => {
    waiting.get(id)?.done(made)
    waiting.delete(id)
  })
  worker.on('error', (cause) => {
    failure = new RegistryError('COMPRESSION_FAILED', 'Cannot compress: a thread that does it has failed', { cause })
    for (const { fail } of waiting.values()) fail(failure)
    waiting.clear()
  })
  return {
    get load() {
      return waiting.size
    },
    compress(memory, range, job) {
      return new Promise((done, fail) => {
        if (failure) return fail(failure)
        const id = ++lastId
        waiting.set(id, { done, fail })
        worker.postMessage({ id, memory, range, ...job })
      })
    },
    stop: () => worker.terminate(),
  }
}
