import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startRegistry } from './find/registry.js'

// A real registry to try things on, where docker-compose.yml would have it too.

const PORT = 15000
const DATA = fileURLToPath(new URL('../.cache/registry', import.meta.url))

mkdirSync(DATA, { recursive: true })
const registry = await startRegistry({ port: PORT, data: DATA }).catch((error) => {
  console.error(error.message)
  process.exit(1)
})
console.log(`Registry: ${registry.url} (${registry.kind})`)
console.log('Ctrl-C ends it.')
// Keeps the process alive also where the registry is not its child.
const waiting = setInterval(() => {}, 60_000)
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
clearInterval(waiting)
await registry.stop()
