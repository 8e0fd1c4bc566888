// A user's program: pushes an archive with the built package, and prints what that took.
import { openFile, pushDockerTar, pushDockerTarWithAllOriginalTags } from 'registry-api-v2-client/node'
import { peakMemory } from './peak-memory.js'

/**
 * @type {{ path: string, url: string, repository: string, isAll: boolean, options?: import('registry-api-v2-client/node').PushArchiveOptions, layers?: readonly (readonly [number, number])[] }}
 * layers: where they stand in the archive, if it is to be counted what is read of them.
 */
const { path, url, repository, isAll, options, layers } = JSON.parse(process.argv[2] ?? '')

const start = performance.now()
const { input, counts } = layers ? await openCounted(layers) : { input: path, counts: undefined }
if (isAll) await pushDockerTarWithAllOriginalTags(input, url, options)
else await pushDockerTar(input, url, repository, 'v1', options)
const workSeconds = (performance.now() - start) / 1000

process.stdout.write(JSON.stringify({ sample: { workSeconds, peakBytes: peakMemory() }, counts }))

/** @param {readonly (readonly [start: number, end: number])[]} layers */
async function openCounted(layers) {
  const file = await openFile(path)
  /** @type {import('./sdk.js').ReadCounts} */
  const counts = { bytesRead: 0, ...(layers.length > 0 && { layerBytesRead: 0 }) }
  const input = {
    size: file.size,
    /** @type {typeof file.read} */
    read(start, end, signal) {
      counts.bytesRead += end - start
      for (const [from, to] of layers) {
        counts.layerBytesRead = (counts.layerBytesRead ?? 0) + Math.max(Math.min(end, to) - Math.max(start, from), 0)
      }
      return file.read(start, end, signal)
    },
  }
  return { input, counts }
}
