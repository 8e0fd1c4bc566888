// A user's program: serves a registry in a folder until it is killed, and prints its URL, or the code of the error.
// <program> <folder>
import { RegistryError } from 'registry-api-v2-client/node'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'

const [folder = ''] = process.argv.slice(2)
try {
  process.stdout.write(`${(await serveTestRegistry({ folder, keptRequests: 0 })).url}\n`)
} catch (error) {
  if (!(error instanceof RegistryError)) throw error
  process.stdout.write(`${error.code}\n`)
}
