import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ZlibOptions } from 'node:zlib'
import { RegistryError } from '../../errors.ts'

/** The maximum number of threads. More would be faster than disk and network. */
const MAX_THREADS = 4

/**
 * The script of a thread. It receives the position of a block in shared memory, compresses the block, and sends the
 * result.
 */
const THREAD = `
const { parentPort } = require('node:worker_threads')
const { deflateRawSync, zstdCompressSync } = require('node:zlib')
let loading
async function loadWasm(url) {
  const { Zstd } = await import(url)
  const zstd = await Zstd.load()
  // The same as copyAtOnce() in compress/zstd-encoder.ts.
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
  // The result has its own memory, so that it can be transferred.
  parentPort.postMessage({ id, made }, [made.buffer])
})`

/**
 * How to compress a block: with the runtime's deflate or zstd and these options, or with `@hpcc-js/wasm-zstd` from this
 * URL.
 */
export interface Job {
  readonly deflate?: ZlibOptions
  readonly zstd?: { readonly params: Readonly<Record<number, number>>; readonly chunkSize: number }
  readonly wasm?: { readonly url: string; readonly level: number }
}

/** Offsets in bytes: the start of the dictionary, the start of the block, and the end of the block. */
type BlockRange = readonly [start: number, from: number, end: number]

/** Threads that each compress one block at a time, and the memory for the blocks. */
export interface Threads {
  readonly count: number
  /** Waits for memory. `compress` and `giveMemory` return it. */
  takeMemory(): Promise<SharedArrayBuffer>
  giveMemory(memory: SharedArrayBuffer): void
  /** @throws {RegistryError} if the thread fails */
  compress(memory: SharedArrayBuffer, range: BlockRange, job: Job): Promise<Uint8Array>
}

let shared: (Threads & { stop(): Promise<unknown> }) | undefined
let users = 0

/**
 * Calls `use` with the threads of this process, at most one for each core. The threads are shared, and stop after the
 * last use.
 *
 * @param memorySize The maximum size of a block and its dictionary in bytes. The first caller's value is used.
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
  // Memory is reused, to relieve the garbage collector.
  const unused = Array.from({ length: 2 * count + 2 }, () => new SharedArrayBuffer(memorySize))
  const waiting: ((memory: SharedArrayBuffer) => void)[] = []

  function giveMemory(memory: SharedArrayBuffer): void {
    const next = waiting.shift()
    if (next) next(memory)
    else unused.push(memory)
  }

  /** Returns an idle thread, otherwise a new one if the maximum allows it, otherwise the one with the least work. */
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
  /** The number of its unfinished blocks. */
  readonly load: number
  stop(): Promise<unknown>
}

function startThread(): Thread {
  // Not started with this process's options: with `--input-type=module` the script would not be CommonJS.
  const worker = new Worker(THREAD, { eval: true, execArgv: [] })
  const waiting = new Map<number, { done(made: Uint8Array): void; fail(error: Error): void }>()
  let failure: RegistryError | undefined
  let lastId = 0
  worker.on('message', ({ id, made }: { id: number; made: Uint8Array }) => {
    waiting.get(id)?.done(made)
    waiting.delete(id)
  })
  worker.on('error', (cause) => {
    failure = new RegistryError('COMPRESSION_FAILED', 'Cannot compress: a compression thread failed', { cause })
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
