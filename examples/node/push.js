// node push.js exported.tar [http://localhost:15000]

import {
  dockerCredentials,
  extractOriginalTags,
  openRegistry,
  pushDockerTarWithAllOriginalTags,
  RegistryError,
} from 'registry-api-v2-client/node'

const [archive, address = 'http://localhost:15000'] = process.argv.slice(2)
if (archive === undefined) {
  console.error('Usage: node push.js ARCHIVE [REGISTRY]')
  process.exit(2)
}

const controller = new AbortController()
process.once('SIGINT', () => controller.abort())

try {
  const registry = openRegistry(address, { credentials: dockerCredentials() })
  const names = await extractOriginalTags(archive)
  const digests = await pushDockerTarWithAllOriginalTags(archive, registry, {
    signal: controller.signal,
    onProgress: showProgress,
  })
  for (const [index, name] of names.entries()) console.log(name, digests[index])
} catch (error) {
  if (controller.signal.aborted) process.exitCode = 130
  else if (error instanceof RegistryError) {
    console.error(`${error.code}: ${error.message}`)
    process.exitCode = 1
  } else throw error
}

/** Shows the progress in one line of the terminal. */
function showProgress({ phase, sentBytes, totalBytes }) {
  if (!process.stderr.isTTY) return
  const percent = totalBytes === 0 ? 100 : Math.floor((sentBytes / totalBytes) * 100)
  process.stderr.write(`\r${percent} % of ${(totalBytes / 1e6).toFixed(1)} MB${phase === 'done' ? '\n' : ''}`)
}
