import { pullDockerTar, saveInBrowser } from 'registry-api-v2-client'

const FILE_NAME = 'pulled.tar'
/** A browser opens as many connections to one host. */
const PARALLEL = 6

/**
 * Pulls the image as a page does it, into a file of its private folder: that stands for the file that the user picks.
 *
 * @param {string} url
 */
export async function pull(url) {
  const folder = await navigator.storage.getDirectory()
  const showSaveFilePicker = () => folder.getFileHandle(FILE_NAME, { create: true })
  Object.assign(globalThis, { showSaveFilePicker })
  await save(url)
  const { size } = await (await showSaveFilePicker()).getFile()
  return size
}

/**
 * The same in a browser without a file picker: it collects the file on its disk, and downloads it.
 *
 * @param {string} url
 */
export async function pullAsDownload(url) {
  Object.assign(globalThis, { showSaveFilePicker: undefined })
  return save(url)
}

/** @param {string} url */
async function save(url) {
  const { size } = await saveInBrowser(() => pullDockerTar(url, 'bench/app', 'v1'), { fileName: FILE_NAME })
  return size
}

/**
 * Gets the same blobs with nothing but `fetch`, into files of the private folder: no hashing, and no tar.
 *
 * @param {string} url
 * @param {readonly string[]} digests
 */
export async function get(url, digests) {
  const folder = await navigator.storage.getDirectory()
  const waiting = [...digests]
  let size = 0
  const work = async () => {
    for (let digest = waiting.shift(); digest; digest = waiting.shift()) {
      const { ok, status, body } = await fetch(`${url}/v2/bench/app/blobs/${digest}`)
      if (!ok || !body) throw new Error(`Cannot get ${digest}: ${status}.`)
      const handle = await folder.getFileHandle(digest.replace(':', '-'), { create: true })
      await body.pipeTo(await handle.createWritable())
      const written = await handle.getFile()
      size += written.size
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work))
  return size
}
