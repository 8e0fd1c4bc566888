import { listTags, openRegistry, parseRepositoryTag, push, RegistryError } from 'registry-api-v2-client/node'

const [archive, image, address = 'http://localhost:15000'] = Deno.args
if (archive === undefined || image === undefined) {
  console.error('Usage: push.ts ARCHIVE IMAGE [REGISTRY]')
  Deno.exit(2)
}

const username = Deno.env.get('REGISTRY_USER')
const password = Deno.env.get('REGISTRY_PASSWORD')
const registry = openRegistry(address, { credentials: username && password ? { username, password } : undefined })

try {
  const { repository, tag } = parseRepositoryTag(image)
  console.log(await push(archive, registry, { repository, tag }))
  console.log(await listTags(registry, repository))
} catch (error) {
  if (!(error instanceof RegistryError)) throw error
  console.error(`${error.code}: ${error.message}`)
  Deno.exit(1)
}
