// A user's program: pushes an image and reads it back with the built package, signed in and with a header of its own.
// Run by Node, Deno and Bun alike: <program> <registry URL> <user> <password>
import { getImageInfo, openRegistry, pushDockerTar } from 'registry-api-v2-client/node'
import { createTestArchive } from 'registry-api-v2-client/testing'

const [url = '', username = '', password = ''] = process.argv.slice(2)
const registry = openRegistry(url, { credentials: { username, password }, headers: { 'x-team-secret': 'blue-blue' } })
await pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1')
const { os } = await getImageInfo(registry, 'team/app', 'v1')
process.stdout.write(JSON.stringify({ os }))
