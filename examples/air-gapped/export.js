// node export.js FOLDER [http://localhost:15000]

import { readFile } from 'node:fs/promises'
import { dockerCredentials, openRegistry, parseRepositoryTag, pullLayout } from 'registry-api-v2-client/node'

const [folder = 'images', address = 'http://localhost:15000'] = process.argv.slice(2)
const registry = openRegistry(address, { credentials: dockerCredentials() })
const names = (await readFile(new URL('images.txt', import.meta.url), 'utf8')).split('\n').filter(Boolean)

for (const name of names) {
  const { repository, tag } = parseRepositoryTag(name)
  // It requests only what the folder does not have.
  const { digest } = await pullLayout(registry, repository, tag, folder, { referrers: true })
  console.log(name, digest)
}
