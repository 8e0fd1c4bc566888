// A page's program: pushes with a bundle, and prints which of its chunks were loaded.
import { pathToFileURL } from 'node:url'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'

const [path = ''] = process.argv.slice(2)
/** @type {string[]} */
const loaded = []
Object.assign(globalThis, { loaded })

const registry = await serveTestRegistry()
try {
  const { pushDockerTar } = await import(pathToFileURL(path).href)
  await pushDockerTar(new Blob([await createTestArchive()]), registry.url)
  process.stdout.write(JSON.stringify(loaded))
} catch (error) {
  // Without its stack, which would show a bundle of one line.
  process.stderr.write(String(error))
  process.exitCode = 1
} finally {
  await registry.close()
}
