import { listLayerFiles } from 'registry-api-v2-client'
import { watchFrames } from './watch-frames.js'

/**
 * Lists the files of a layer, and keeps none of them.
 *
 * @param {string} url
 * @param {import('registry-api-v2-client').Descriptor} layer
 * @param {number} files As many as it has, or as are wanted.
 * @param {boolean} isEarly True to stop after these.
 */
export async function listFiles(url, layer, files, isEarly) {
  const stop = watchFrames()
  const start = performance.now()
  const secondsSince = () => (performance.now() - start) / 1000
  let firstSeconds = 0
  let count = 0
  for await (const _ of listLayerFiles(url, 'bench/app', layer)) {
    if (count++ === 0) firstSeconds = secondsSince()
    if (count === files && isEarly) break
  }
  if (count !== files) throw new Error(`${count} files of ${files} were listed.`)
  return { seconds: secondsSince(), firstSeconds, ...stop() }
}
