import { buildGoRegistry, GO_REGISTRIES } from './find/go-registry.js'

// The registries that the peers' suite builds with Go, and where they are: npm run registries

for (const [name, { title }] of Object.entries(GO_REGISTRIES)) {
  const { path, absence } = await buildGoRegistry(/** @type {import('./find/go-registry.js').GoRegistryName} */ (name))
  console.log(path ? `${title}: ${path}` : `${title}: cannot be had, as ${absence}`)
}
