// Gets blobs from a registry with nothing but Node: each is received, hashed and written at its place of one file, five at a time.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

const PARALLEL = 5
/** In bytes. */
const PIECE = 1024 * 1024

/** @type {{ to: string, urls: string[] }} */
const { to, urls } = JSON.parse(process.argv[2] ?? '')
const file = await open(to, 'w')
let end = 0

/** @param {string} url */
async function get(url) {
  const { body, headers } = await fetch(url)
  if (!body) throw new Error(`Cannot get ${url}.`)
  let position = end
  end += Number(headers.get('content-length'))
  const sha256 = createHash('sha256')
  // One is filled while the other is written.
  let [buffer, other] = [new Uint8Array(PIECE), new Uint8Array(PIECE)]
  let filled = 0
  /** @type {Promise<unknown>} */
  let writing = Promise.resolve()
  async function flush() {
    sha256.update(buffer.subarray(0, filled))
    await writing
    writing = file.write(buffer, 0, filled, position)
    position += filled
    filled = 0
    ;[buffer, other] = [other, buffer]
  }
  for await (const bytes of body) {
    for (let start = 0; start < bytes.length; ) {
      const part = bytes.subarray(start, start + PIECE - filled)
      buffer.set(part, filled)
      filled += part.length
      start += part.length
      if (filled === PIECE) await flush()
    }
  }
  await flush()
  await writing
  if (!url.endsWith(`sha256:${sha256.digest('hex')}`)) throw new Error(`Cannot trust ${url}.`)
}

async function work() {
  for (let url = urls.shift(); url !== undefined; url = urls.shift()) await get(url)
}

await Promise.all(Array.from({ length: PARALLEL }, work))
await file.close()
