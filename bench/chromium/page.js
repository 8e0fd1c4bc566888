import { pushDockerTar } from 'registry-api-v2-client'
import { listFiles } from './files.js'
import { get, pull, pullAsDownload } from './pulls.js'
import { watchFrames } from './watch-frames.js'

// The page that pushes and pulls. What drives it calls one of these, after it has chosen the file of a push.

/** As many uploads at once as the floor of Node has. */
const PARALLEL = 5

Object.assign(globalThis, {
  bench: {
    ...{ push, pushInWorker, put },
    ...{ pull: timedPull(pull), pullAsDownload: timedPull(pullAsDownload), get: timedPull(get) },
    listFiles,
  },
})

/**
 * Pushes the chosen archive as a page does it.
 *
 * @param {string} url
 * @param {import('registry-api-v2-client').PushArchiveOptions} [options]
 */
async function push(url, options) {
  return timed(() => pushDockerTar(chosenFile(), url, 'bench/app', 'v1', options))
}

/**
 * The same in a Worker.
 *
 * @param {string} url
 */
async function pushInWorker(url) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  return timed(
    () =>
      new Promise((resolve, reject) => {
        worker.addEventListener('message', ({ data }) => (data ? reject(new Error(data)) : resolve(undefined)))
        worker.addEventListener('error', reject)
        worker.postMessage({ file: chosenFile(), url })
      }),
  )
}

/**
 * Puts the same blobs, from the same file, with nothing but `fetch`: no hashing, and no manifest.
 *
 * @param {string} url
 * @param {readonly { digest: string, size: number, offset: number }[]} blobs
 */
async function put(url, blobs) {
  const file = chosenFile()
  const waiting = [...blobs]
  const work = async () => {
    for (let blob = waiting.shift(); blob; blob = waiting.shift()) {
      const begun = await fetch(`${url}/v2/bench/app/blobs/uploads/`, { method: 'POST' })
      const target = new URL(begun.headers.get('location') ?? '', url)
      target.searchParams.set('digest', blob.digest)
      const body = file.slice(blob.offset, blob.offset + blob.size)
      const headers = { 'content-type': 'application/octet-stream' }
      const { ok, status } = await fetch(target, { method: 'PUT', body, headers })
      if (!ok) throw new Error(`Cannot put ${blob.digest}: ${status}.`)
    }
  }
  return timed(() => Promise.all(Array.from({ length: PARALLEL }, work)))
}

/**
 * @template {readonly any[]} P
 * @param {(...parameters: P) => Promise<number>} pull Returns how many bytes it has pulled.
 */
function timedPull(pull) {
  /**
   * @param {number} bytes At least so many.
   * @param {P} parameters
   */
  return (bytes, ...parameters) =>
    timed(async () => {
      const size = await pull(...parameters)
      if (size < bytes) throw new Error(`${size} bytes of ${bytes} were pulled.`)
    })
}

/** @param {() => Promise<unknown>} act */
async function timed(act) {
  const stop = watchFrames()
  const start = performance.now()
  await act()
  const seconds = (performance.now() - start) / 1000
  return { seconds, ...stop() }
}

function chosenFile() {
  const file = /** @type {HTMLInputElement | null} */ (document.querySelector('#file'))?.files?.[0]
  if (!file) throw new Error('No file was chosen.')
  return file
}
