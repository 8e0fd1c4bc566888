import {
  extractOriginalTags,
  getImageInfo,
  listRepositories,
  listTags,
  parseRepositoryTag,
  pushDockerTarWithAllOriginalTags,
  RegistryError,
} from 'registry-api-v2-client/node'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'

// The main job, start to end: npm run quickstart [-- my-image.tar]

const [path] = process.argv.slice(2)
const archive = path ?? (await createTestArchive())
const registry = await serveTestRegistry()
console.log(`Registry  ${registry.url} (in memory)`)
console.log(`Archive   ${path ?? 'made in memory: one image of two layers'}\n`)

try {
  const names = await extractOriginalTags(archive)
  const digests = await pushDockerTarWithAllOriginalTags(archive, registry.url, { onProgress: showProgress })
  console.log('\n\nRepositories')
  for (const repository of await listRepositories(registry.url)) {
    console.log(`  ${repository}: ${(await listTags(registry.url, repository)).join(', ')}`)
  }
  for (const [position, name] of names.entries()) {
    const { repository, tag } = parseRepositoryTag(name)
    const info = await getImageInfo(registry.url, repository, tag)
    console.log(`\n${repository}:${tag}`)
    console.log(`  digest    ${digests[position]}`)
    console.log(`  platform  ${info.os}/${info.architecture}, ${info.layerCount} layers, ${info.totalSize} bytes`)
    console.log(`  docker pull ${new URL(registry.url).host}/${repository}:${tag}`)
  }
  console.log('\nThe registry ends with this program; "npm run demo" keeps one, with a page beside it.')
} catch (error) {
  // These are written for people; anything else is a fault of this program and keeps its stack.
  if (!(error instanceof RegistryError)) throw error
  console.error(`\n${error.name}: ${error.message}`)
  process.exitCode = 1
} finally {
  await registry.close()
}

/** @param {import('registry-api-v2-client').PushProgress} progress */
function showProgress({ phase, sentBytes, totalBytes }) {
  // Where nothing can be overwritten, only the end is worth a line.
  if (!process.stdout.isTTY && phase !== 'done') return
  process.stdout.write(`\rPushing   ${phase.padEnd(9)} ${sentBytes} of ${totalBytes} bytes`)
}
