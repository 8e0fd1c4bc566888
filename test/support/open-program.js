// A user's program: opens archives with the built package, from paths and from its standard input, and prints their digests.
// Run by Node, Deno and Bun alike: <program> <path…> < archive
import { openArchive } from 'registry-api-v2-client/node'

const digests = []
for (const input of [...process.argv.slice(2), process.stdin]) {
  const archive = await openArchive(input)
  digests.push(archive.images[0]?.manifest.digest)
  await archive.close()
}
process.stdout.write(JSON.stringify(digests))
