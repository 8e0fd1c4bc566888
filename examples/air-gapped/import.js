// node import.js FOLDER [http://localhost:15000]

import {
  dockerCredentials,
  extractOriginalTags,
  openRegistry,
  pushDockerTarWithAllOriginalTags,
} from 'registry-api-v2-client/node'

const [folder = 'images', address = 'http://localhost:15000'] = process.argv.slice(2)
const registry = openRegistry(address, { credentials: dockerCredentials() })

// It sends only what the registry does not have.
const digests = await pushDockerTarWithAllOriginalTags(folder, registry)
const names = await extractOriginalTags(folder)
for (const [index, name] of names.entries()) console.log(name, digests[index])
