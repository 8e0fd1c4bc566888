import { collectBlob } from './spool.ts'
import { readStream } from './stream.ts'

/**
 * Collects a stream in a `Blob`, such as a pulled tar, a blob of a registry or a file of an image. A browser keeps the
 * bytes on its disk, also in a Worker. Node, Deno and Bun keep them in memory.
 *
 * If the stream fails, the promise rejects with its error. `new Response(stream).blob()` hides that error in browsers.
 *
 * @param stream The bytes, such as `stream()` of `pullDockerTar`, or `stream` of `readBlob`.
 * @returns the bytes.
 * @throws {TypeError} if `stream` is not a stream of bytes, or is in use already.
 * @throws {RegistryError} if the browser has too little space. If the stream fails, its own error.
 * @example
 * ```ts
 * import { collectStream, pullDockerTar } from 'registry-api-v2-client'
 *
 * const pulled = await pullDockerTar('https://registry.example.com', 'team/app', 'v7')
 * const tar = await collectStream(pulled.stream())
 * console.log(tar.size === pulled.size) // true
 * await pulled.close()
 * ```
 */
export async function collectStream(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  if (typeof stream?.getReader !== 'function') {
    throw new TypeError('Cannot collect the stream: pass a ReadableStream, such as pulled.stream()')
  }
  return collectBlob(readStream(stream), 'Cannot collect the stream', 'make room, or leave the private window')
}
