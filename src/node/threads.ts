import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ZlibOptions } from 'node:zlib'
import { RegistryError } from '../errors.ts'

/** More would be more than disk and network can follow. */
const MAX_THREADS = 4

/** What a thread does: it is told where a block lies and how to compress it, and hands back what comes of it. */
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
  // Neither makes any that share their memory with others.
  parentPort.postMessage({ id, made }, [made.buffer])
})`

/** How a block is compressed: with which options of the runtime's deflate or zstd; or by `@hpcc-js/wasm-zstd` from which URL, and at which level. */
export interface Job {
  readonly deflate?: ZlibOptions
  readonly zstd?: { readonly params: Readonly<Record<number, number>>; readonly chunkSize: number }
  readonly wasm?: { readonly url: string; readonly level: number }
}

/** In bytes of a memory: where the dictionary begins, where the block does, and where that ends. */
export type BlockRange = readonly [start: number, from: number, end: number]

/** The threads that compress, one block each at a time, and the memory that blocks are put into. */
export interface Threads {
  readonly count: number
  /** Waits for memory. What was taken goes back by `compress` or by `giveMemory`. */
  takeMemory(): Promise<SharedArrayBuffer>
  giveMemory(memory: SharedArrayBuffer): void
  /** @throws {RegistryError} if the thread fails */
  compress(memory: SharedArrayBuffer, range: BlockRange, job: Job): Promise<Uint8Array>
}

let shared: (Threads & { stop(): Promise<unknown> }) | undefined
let users = 0

/**
 * Has threads for as long as they are used: as many as there are cores, which all who compress in this process share.
 *
 * @param memorySize In bytes: what a block and its dictionary need at most. The first who comes decides.
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
  // Used again and again: what is thrown away keeps the garbage collector busy.
  const unused = Array.from({ length: 2 * count + 2 }, () => new SharedArrayBuffer(memorySize))
  const waiting: ((memory: SharedArrayBuffer) => void)[] = []

  function giveMemory(memory: SharedArrayBuffer): void {
    const next = waiting.shift()
    if (next) next(memory)
    else unused.push(memory)
  }

  /** One that has nothing to do; or else a new one, as long as there are cores for it. */
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
  /** Blocks that it has to compress. */
  readonly load: number
  stop(): Promise<unknown>
}

function startThread(): Thread {
  // Without what this process was started with: `--input-type=module` would change what the text means.
  const worker = new Worker(THREAD, { eval: true, execArgv: [] })
  const waiting = new Map<number, { done(made: Uint8Array): void; fail(error: Error): void }>()
  let failure: RegistryError | undefined
  let lastId = 0
  worker.on('message', ({ id, made }: { id: number; made: Uint8Array }) => {
    waiting.get(id)?.done(made)
    waiting.delete(id)
  })
  worker.on('error', (cause) => {
    failure = new RegistryError('Cannot compress: a thread that does it has failed', { cause })
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
