import { buildGoProgram, GO_PROGRAMS } from './find/go-program.js'

// What the peers' suite builds with Go, and where it is: npm run go-programs

for (const [name, { title }] of Object.entries(GO_PROGRAMS)) {
  const { path, absence } = await buildGoProgram(/** @type {import('./find/go-program.js').GoProgramName} */ (name))
  console.log(path ? `${title}: ${path}` : `${title}: cannot be had, as ${absence}`)
}
