// A user's program: converts archives with the built package, and prints the digests of the tars.
// Run by Node, Deno and Bun alike: <program> <path…>
import { createHash } from 'node:crypto'
import { openArchive, writeArchive } from 'registry-api-v2-client/node'

const digests = []
for (const path of process.argv.slice(2)) {
  const archive = await openArchive(path)
  const written = await writeArchive(archive.images)
  const hash = createHash('sha256')
  for await (const piece of written.stream()) hash.update(piece)
  digests.push(`sha256:${hash.digest('hex')}`)
  await written.close()
  await archive.close()
}
process.stdout.write(JSON.stringify(digests))
