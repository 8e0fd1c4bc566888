// A user's program: pulls an image to a file with the built package, and prints what that took.
import { pullDockerTar } from 'registry-api-v2-client/node'
import { peakMemory } from './peak-memory.js'

/** @type {{ url: string, repository: string, to: string }} */
const { url, repository, to } = JSON.parse(process.argv[2] ?? '')

const start = performance.now()
await pullDockerTar(url, repository, 'v1', { to })
const workSeconds = (performance.now() - start) / 1000

process.stdout.write(JSON.stringify({ workSeconds, peakBytes: peakMemory() }))
