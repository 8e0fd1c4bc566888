import { basename } from 'node:path'
import {
  getImageInfo,
  listRepositories,
  listTags,
  openArchive,
  parseRepositoryTag,
  pushDockerTar,
  RegistryError,
} from 'registry-api-v2-client/node'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'

// The main job, start to end: npm run quickstart [-- my-image.tar]

const [path, ...more] = process.argv.slice(2)
if (path?.startsWith('-') || more.length > 0) {
  console.error('Usage: npm run quickstart [-- my-image.tar]')
  process.exit(1)
}
const registry = await serveTestRegistry()
console.log(`Registry  ${registry.url} (in memory)`)
console.log(`Archive   ${path ?? 'made in memory: one image of two layers'}`)

try {
  const archive = await openArchive(path ?? (await createTestArchive()), { onWarning: console.log })
  for (const [position, image] of archive.images.entries()) {
    for (const { repository, tag } of destinations(image)) {
      const options = { image: position, onProgress: showProgress, onWarning: console.log }
      const digest = await pushDockerTar(archive, registry.url, repository, tag, { ...options, platforms: 'available' })
      console.log(`\n\n${repository}:${tag}`)
      console.log(`  digest    ${digest}`)
      const { platforms } = await getImageInfo(registry.url, repository, tag)
      for (const platform of platforms.length > 0 ? platforms : [undefined])
        await showPlatform(repository, tag, platform)
    }
  }
  await archive.close()
  console.log('\nRepositories')
  for (const repository of await listRepositories(registry.url)) {
    console.log(`  ${repository}: ${(await listTags(registry.url, repository)).join(', ')}`)
  }
  console.log(
    '\nThe registry ends with this program; "npm run demo" keeps one, with a page that also shows how to pull.',
  )
} catch (error) {
  // These are written for people; anything else is a fault of this program and keeps its stack.
  if (!(error instanceof RegistryError)) throw error
  console.error(`\n${error.name}: ${error.message}`)
  process.exitCode = 1
} finally {
  await registry.close()
}

/**
 * Where an image goes: by its names, or by the name of its file where it has none.
 *
 * @param {import('registry-api-v2-client').Image} image
 */
function destinations({ names, tags }) {
  if (names.length > 0) return names.map(parseRepositoryTag)
  const file = basename(path ?? 'image').toLowerCase()
  const repository = file.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'image'
  return (tags.length > 0 ? tags : ['latest']).map((tag) => ({ repository, tag }))
}

/**
 * @param {string} repository
 * @param {string} tag
 * @param {string | undefined} platform
 */
async function showPlatform(repository, tag, platform) {
  const info = await getImageInfo(registry.url, repository, tag, { platform })
  const layers = info.layerCount === 1 ? '1 layer' : `${info.layerCount} layers`
  console.log(`  platform  ${platform ?? `${info.os}/${info.architecture}`}, ${layers}, ${info.totalSize} bytes`)
}

/** @param {import('registry-api-v2-client').PushProgress} progress */
function showProgress({ phase, sentBytes, totalBytes }) {
  // Where nothing can be overwritten, only the end is worth a line.
  if (!process.stdout.isTTY && phase !== 'done') return
  process.stdout.write(`\rPushing   ${phase.padEnd(9)} ${sentBytes} of ${totalBytes} bytes`)
}
