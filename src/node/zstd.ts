import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { loadZstd, ZSTD_BLOCK } from '../compress/zstd.ts'
import { RegistryError } from '../errors.ts'
import type { ByteStream } from '../source/stream.ts'

/** More would be more than disk and network can follow. */
const MAX_THREADS = 4
/** So many blocks are compressed here before threads begin: to start one takes as long. */
const FEW = 8

/** What a thread does: it is told where a block lies, and hands back the frame. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const { init, compress } = require(workerData.encoder)
const ready = init()
parentPort.on('message', async ({ memory, size }) => {
  await ready
  const frame = compress(new Uint8Array(memory, 0, size), workerData.level)
  parentPort.postMessage(frame, [frame.buffer])
})`

/** A thread that compresses, one block after the other. */
interface Thread {
  compress(block: Uint8Array): Promise<Uint8Array>
  stop(): Promise<unknown>
}

/** Compresses blocks on all cores, each to a frame of its own; in as many threads as there are cores, which end with the stream. */
export async function* compressInThreads(blocks: ByteStream, level: number): AsyncGenerator<Uint8Array> {
  const compress = await loadZstd()
  const count = Math.min(availableParallelism(), MAX_THREADS)
  const threads: Thread[] = []
  const underWay: Promise<Uint8Array>[] = []
  let position = 0
  try {
    for await (const block of blocks) {
      if (position++ < FEW) {
        yield compress(block, level)
        continue
      }
      if (threads.length < count) threads.push(startThread(level))
      underWay.push((threads[position % threads.length] as Thread).compress(block))
      // One more than there are threads, so that none of them has to wait.
      if (underWay.length > count) yield (await underWay.shift()) as Uint8Array
    }
    for (const frame of underWay) yield await frame
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()))
  }
}

function startThread(level: number): Thread {
  const encoder = createRequire(import.meta.url).resolve('@bokuweb/zstd-wasm')
  // Without what this process was started with: `--input-type=module` would change what the text means.
  const worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: { encoder, level } })
  const waiting: { readonly memory: SharedArrayBuffer; settle(frame: Uint8Array | Error): void }[] = []
  // Memory that is sent is thrown away by whoever got it, much later; this is used again.
  const unused: SharedArrayBuffer[] = []
  let failure: RegistryError | undefined
  worker.on('message', (frame: Uint8Array) => {
    const block = waiting.shift()
    if (block) unused.push(block.memory)
    block?.settle(frame)
  })
  worker.on('error', (cause) => {
    failure = new RegistryError('Cannot compress with zstd: a thread that does it has failed', { cause })
    for (const { settle } of waiting.splice(0)) settle(failure)
  })
  return {
    compress(block) {
      const frame = new Promise<Uint8Array>((resolve, reject) => {
        if (failure) return reject(failure)
        const memory = unused.pop() ?? new SharedArrayBuffer(ZSTD_BLOCK)
        new Uint8Array(memory).set(block)
        waiting.push({ memory, settle: (result) => (result instanceof Error ? reject(result) : resolve(result)) })
        worker.postMessage({ memory, size: block.byteLength })
      })
      // It may fail while the one before it is awaited; who awaits it learns of that.
      frame.catch(() => undefined)
      return frame
    },
    stop: () => worker.terminate(),
  }
}
