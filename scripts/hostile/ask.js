// Asks a registry in a process of its own, and prints what came of it: <program> <URL> <call>
import { getImageInfo, getManifest, listTags, openRegistry } from 'registry-api-v2-client/node'
import { report } from './report.js'

const [url = '', call] = process.argv.slice(2)
const registry = openRegistry(url, { retry: 0 })
const calls = {
  manifest: () => getManifest(registry, 'a', 'v1'),
  info: () => getImageInfo(registry, 'a', 'v1'),
  tags: () => listTags(registry, 'a'),
}
await report(calls[/** @type {keyof typeof calls} */ (call)])
