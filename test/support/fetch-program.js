// A user's program: reaches registries by createFetch of the built package, and prints what came of it.
// Run by Node, Deno and Bun alike: <program> <options of createFetch in JSON> <registry URL>...
import { checkRegistryConnectivity, createFetch, openRegistry } from 'registry-api-v2-client/node'

const [options = '{}', ...urls] = process.argv.slice(2)
const globalDispatcher = () => Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))
const outcomes = []
for (const registry of urls) {
  try {
    const fetch = createFetch({ ...JSON.parse(options), registry })
    outcomes.push(await checkRegistryConnectivity(openRegistry(registry, { fetch, retry: 0 })))
  } catch (error) {
    outcomes.push(error instanceof Error ? error.message : error)
  }
}
// The program's own fetch goes through what the runtime has brought.
const isUntouched = globalDispatcher()?.constructor !== (await import('undici')).Agent
process.stdout.write(JSON.stringify({ outcomes, isUntouched }))
