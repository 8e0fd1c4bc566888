// A user's program: stores credentials, looks for them and erases them. Prints what each call gave.
// Run by Node, Deno and Bun alike: <program> <file> <registry URL> <username> <password>
import { dockerCredentials, eraseDockerCredentials, storeDockerCredentials } from 'registry-api-v2-client/node'

const [file = '', registry = '', username = '', password = ''] = process.argv.slice(2)
const find = () => dockerCredentials({ file })({ registry: `${registry}/`, service: undefined, scopes: [] })
const { helper, isVerified } = await storeDockerCredentials(registry, { username, password }, { file })
const found = await find()
const { wasStored } = await eraseDockerCredentials(registry, { file })
process.stdout.write(
  JSON.stringify({ helper: helper ?? null, isVerified, found, wasStored, after: (await find()) ?? null }),
)
