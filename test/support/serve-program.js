// A user's program: serves a registry in a folder, and prints its URL, or the code of the error. After SIGTERM it prints
// the most memory that it took, in KiB.
// <program> <folder>
import { RegistryError } from 'registry-api-v2-client/node'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'

const [folder = ''] = process.argv.slice(2)
try {
  const registry = await serveTestRegistry({ folder, keptRequests: 0 })
  process.stdout.write(`${registry.url}\n`)
  process.once('SIGTERM', async () => {
    await registry.close()
    process.stdout.write(`${process.resourceUsage().maxRSS}\n`)
  })
} catch (error) {
  if (!(error instanceof RegistryError)) throw error
  process.stdout.write(`${error.code}\n`)
}
