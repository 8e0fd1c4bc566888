// node push-folder.js FOLDER [http://localhost:15000]

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegistry, pushDockerTarWithAllOriginalTags } from 'registry-api-v2-client/node'

const AT_ONCE = 3

const [folder = '.', address = 'http://localhost:15000'] = process.argv.slice(2)
const files = (await readdir(folder)).filter((name) => /\.(tar|tgz|tar\.gz|tar\.zst)$/.test(name))

// One handle for all pushes: they share its sign-in and its limit of requests.
const registry = openRegistry(address)
const failures = []

// All pushers take their files from one iterator, so each file is taken once.
const queue = files.values()
await Promise.all(Array.from({ length: AT_ONCE }, pushFromQueue))

console.log(`${files.length - failures.length} of ${files.length} archives pushed`)
for (const { file, error } of failures) console.error(`${file}: ${error.message}`)
process.exitCode = failures.length === 0 ? 0 : 1

async function pushFromQueue() {
  for (const file of queue) {
    try {
      const digests = await pushDockerTarWithAllOriginalTags(join(folder, file), registry)
      console.log(file, ...digests)
    } catch (error) {
      failures.push({ file, error })
    }
  }
}
