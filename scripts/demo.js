import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openRegistry, RegistryError } from 'registry-api-v2-client/node'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'
import { createServer } from 'vite'

const PREFERRED_PORT = 5000
const CONFIG = fileURLToPath(new URL('../demo/vite.config.ts', import.meta.url))

const given = readRegistry()
const embedded = given === undefined ? await serveRegistry() : undefined
const registry = given ?? embedded?.url ?? ''
const vite = await createServer({ configFile: CONFIG, logLevel: 'warn' })
await vite.listen()

console.log(`Registry: ${registry}${embedded ? ' (in memory: it forgets everything at the end)' : ''}`)
// A registry that is new has nothing to look at.
const place = new URLSearchParams({ ...(embedded && { view: 'push' }), registry })
console.log(`Page:     ${vite.resolvedUrls?.local[0]}?${place}`)
console.log('Ctrl-C ends it.')

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await vite.close()
await embedded?.close()

/** The registry that was asked for, as a URL. Ends the program where it is none. */
function readRegistry() {
  try {
    const { registry } = parseArgs({ options: { registry: { type: 'string' } } }).values
    return registry === undefined ? undefined : openRegistry(registry).url
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
    if (!(error instanceof RegistryError) && !code?.startsWith('ERR_PARSE_ARGS')) throw error
    console.error(`${message}\nUsage: npm run demo [-- --registry URL]`)
    process.exit(1)
  }
}

/** A registry on the usual port, or on a free one where that is taken (on a Mac, AirPlay has it). */
async function serveRegistry() {
  try {
    return await serveTestRegistry({ port: PREFERRED_PORT })
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'CANNOT_LISTEN')) throw error
    return serveTestRegistry()
  }
}
