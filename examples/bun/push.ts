// bun push.ts exported.tar team/app:v1 [http://localhost:15000]

import { listTags, openRegistry, parseRepositoryTag, push, RegistryError } from 'registry-api-v2-client/node'

const [archive, image, address = 'http://localhost:15000'] = Bun.argv.slice(2)
if (archive === undefined || image === undefined) {
  console.error('Usage: bun push.ts ARCHIVE IMAGE [REGISTRY]')
  process.exit(2)
}

const { REGISTRY_USER: username, REGISTRY_PASSWORD: password } = Bun.env
const registry = openRegistry(address, { credentials: username && password ? { username, password } : undefined })

try {
  const { repository, tag } = parseRepositoryTag(image)
  console.log(await push(archive, registry, { repository, tag }))
  console.log(await listTags(registry, repository))
} catch (error) {
  if (!(error instanceof RegistryError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exit(1)
}
