import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'
import { createServer } from 'vite'

const PREFERRED_PORT = 5000
const CONFIG = fileURLToPath(new URL('../demo/vite.config.ts', import.meta.url))

const { values } = parseArgs({ options: { registry: { type: 'string' } } })

const embedded = values.registry === undefined ? await serveRegistry() : undefined
const registry = values.registry ?? embedded?.url ?? ''
const vite = await createServer({ configFile: CONFIG, logLevel: 'warn' })
await vite.listen()

console.log(`Registry: ${registry}${embedded ? ' (in memory: it forgets everything at the end)' : ''}`)
console.log(`Page:     ${vite.resolvedUrls?.local[0]}?registry=${encodeURIComponent(registry)}`)
console.log('Ctrl-C ends it.')

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await vite.close()
await embedded?.close()

/** A registry on the usual port, or on a free one where that is taken (on a Mac, AirPlay has it). */
async function serveRegistry() {
  try {
    return await serveTestRegistry({ port: PREFERRED_PORT })
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error
    return serveTestRegistry()
  }
}
