// A user's program: pushes an archive with the built package, and prints what came of it and what it took.
// Run by Node, Deno and Bun alike: <program> <archive> <registry URL> <repository> [chunk size in bytes]
import { inspectDockerTar, openRegistry, pushDockerTar } from 'registry-api-v2-client/node'

const [archive = '', url = '', repository = '', chunkSize] = process.argv.slice(2)
let events = 0
const digest = await pushDockerTar(archive, openRegistry(url), repository, 'v1', {
  ...(chunkSize !== undefined && { chunkSize: Number(chunkSize) }),
  onProgress: () => events++,
})
const { id } = await inspectDockerTar(archive)
// In KiB on every runtime.
const { maxRSS } = process.resourceUsage()
process.stdout.write(JSON.stringify({ digest, id, events, maxRSS }))
