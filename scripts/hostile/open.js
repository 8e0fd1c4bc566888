// Opens an archive in a process of its own, and prints what came of it: <program> [path]
import { inspectDockerTar, openArchive, validateDockerTar } from 'registry-api-v2-client/node'
import { report } from './report.js'

const [path] = process.argv.slice(2)
await report(async () => {
  if (!path) return
  await validateDockerTar(path)
  const archive = await openArchive(path)
  if (archive.images.length === 1) await inspectDockerTar(archive)
  await archive.close()
})
