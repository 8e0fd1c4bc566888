// A page's program: pushes with a bundle, and prints which of its chunks were loaded.
import { pathToFileURL } from 'node:url'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'

const [path = ''] = process.argv.slice(2)
/** @type {string[]} */
const loaded = []
Object.assign(globalThis, { loaded })

const registry = await serveTestRegistry()
const { pushDockerTar } = await import(pathToFileURL(path).href)
await pushDockerTar(new Blob([await createTestArchive()]), registry.url)
await registry.close()
process.stdout.write(JSON.stringify(loaded))
