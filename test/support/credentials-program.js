// A user's program: prints the credentials that a file of Docker's has, or the name of the error.
// Run by Node, Deno and Bun alike: <program> <file> <registry URL>...
import { dockerCredentials } from 'registry-api-v2-client/node'

const [file = '', ...registries] = process.argv.slice(2)
const provide = dockerCredentials({ file })
const found = registries.map((registry) =>
  provide({ registry, service: undefined, scopes: [] }).then(
    (credentials) => credentials ?? null,
    (error) => error.name,
  ),
)
process.stdout.write(JSON.stringify(await Promise.all(found)))
