// A user's program: pulls an image with the built package, as a stream and into a file, and prints the SHA-256 of both tars.
// Run by Node, Deno and Bun alike: <program> <registry> <repository> <name> <path of the file>
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pullDockerTar } from 'registry-api-v2-client/node'

const [registry = '', repository = '', name = '', to = ''] = process.argv.slice(2)
const hash = createHash('sha256')
const pulled = await pullDockerTar(registry, repository, 'v1', { names: [name] })
for await (const piece of pulled.stream()) hash.update(piece)
await pulled.close()
await pullDockerTar(registry, repository, 'v1', { names: [name], to })
const file = createHash('sha256').update(readFileSync(to))
process.stdout.write(JSON.stringify([hash.digest('hex'), file.digest('hex')]))
