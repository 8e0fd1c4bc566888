// A user's program: copies an image from one registry to another with the built package, and prints what that took.
import { copyImage } from 'registry-api-v2-client/node'
import { peakMemory } from './peak-memory.js'

/** @type {import('./copiers.js').CopyJob} */
const { from, url, repository } = JSON.parse(process.argv[2] ?? '')

const start = performance.now()
await copyImage({ registry: from, repository, reference: 'v1' }, { registry: url })
const workSeconds = (performance.now() - start) / 1000

process.stdout.write(JSON.stringify({ workSeconds, peakBytes: peakMemory() }))
