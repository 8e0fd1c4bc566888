// Puts blobs out of an archive into a registry with nothing but Node: each is read, hashed and sent at once, five at a time.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

const PARALLEL = 5
/** In bytes. */
const PIECE = 1024 * 1024

/** @type {{ path: string, url: string, repository: string, blobs: import('./archives.js').ArchiveBlob[] }} */
const { path, url, repository, blobs } = JSON.parse(process.argv[2] ?? '')
const file = await open(path)

/** @param {import('./archives.js').ArchiveBlob} blob */
async function put({ digest, size, offset }) {
  const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  await begun.body?.cancel()
  const target = new URL(begun.headers.get('location') ?? '', url)
  target.searchParams.set('digest', digest)
  const sha256 = createHash('sha256')
  let done = 0
  /** @type {UnderlyingDefaultSource<Uint8Array>} */
  const source = {
    async pull(controller) {
      const bytes = new Uint8Array(Math.min(PIECE, size - done))
      await file.read(bytes, 0, bytes.length, offset + done)
      sha256.update(bytes)
      done += bytes.length
      controller.enqueue(bytes)
      if (done === size) controller.close()
    },
  }
  const body = new ReadableStream(source, { highWaterMark: 0 })
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) }
  // The last two keep Node from holding the whole body in memory.
  const sending = { method: 'PUT', body, headers, duplex: 'half', redirect: 'error', window: null }
  const { status } = await fetch(target, /** @type {RequestInit} */ (sending))
  if (status !== 201 || `sha256:${sha256.digest('hex')}` !== digest) throw new Error(`Cannot put ${digest}: ${status}.`)
}

async function work() {
  for (let blob = blobs.shift(); blob; blob = blobs.shift()) await put(blob)
}

await Promise.all(Array.from({ length: PARALLEL }, work))
await file.close()
