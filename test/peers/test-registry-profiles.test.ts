import { execFileSync } from 'node:child_process'
import { request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bringRegistryBinary } from '../../scripts/find/registry-binary.js'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { digestOfText, MANIFEST, OCTETS, type PlainClient, plainClient, type Seen } from '../support/plain-client.ts'

const version = execFileSync(bringRegistryBinary() ?? 'registry', ['--version'], { encoding: 'utf8' })
let real: Distribution
let embedded: ServedTestRegistry
beforeAll(async () => {
  real = await startDistribution()
  embedded = await serveTestRegistry({ profile: 'distribution-2' })
})
afterAll(() => Promise.all([real.stop(), embedded.close()]))

/** What was seen, less what no two registries have in common. */
const seen = ({ status, code, range, location }: Seen) => [status, code, range, location !== null]

/** Sends a chunk that breaks off after ten bytes. */
async function breakOff(location: string | null, base: string): Promise<void> {
  const headers = { ...OCTETS, 'content-length': '100' }
  const broken = request(new URL(location ?? '', base), { method: 'PATCH', headers })
  broken.on('error', () => {})
  broken.write('0123456789')
  await setTimeout(200)
  broken.destroy()
  await setTimeout(200)
}

/** The same talk with any registry, and all that it answered. */
const TALKS: Readonly<Record<string, (client: PlainClient, base: string) => Promise<readonly unknown[]>>> = {
  async 'an upload in chunks'({ ask, open, patch, close }) {
    const location = await open()
    const first = await patch(location, 0, 'x')
    const second = await patch(first.location, 1, 'hello')
    const answers = [
      await ask('GET', location),
      await ask('HEAD', second.location ?? ''),
      await patch(location, 0, 'x'),
    ]
    const closed = await close(second.location, 'xhello!', 6)
    return [first, second, ...answers, closed, await ask('GET', second.location ?? '')].map(seen)
  },
  async 'chunks out of order'({ ask, open, patch, close }) {
    const gap = await patch(await open(), 500, 'hello')
    const length = await ask('PATCH', await open(), 'hello', { ...OCTETS, 'content-range': '0-9' })
    const form = await ask('PATCH', await open(), 'hello', { ...OCTETS, 'content-range': 'bytes 0-4/*' })
    const type = await ask('PATCH', await open(), 'hello', { 'content-type': 'application/x-tar' })
    return [gap, length, form, type, await close(await open(), 'hello', 0), await close(await open(), '')].map(seen)
  },
  async 'a wrong digest'({ ask, open, patch }) {
    const { location } = await patch(await open(), 0, 'hello')
    const wrong = `${location}&digest=${digestOfText('other')}`
    return [await ask('PUT', wrong), await ask('PUT', await open()), await ask('DELETE', await open())].map(seen)
  },
  async 'a chunk that breaks off'({ ask, open, patch }, base) {
    const { location } = await patch(await open(), 0, 'hello')
    await breakOff(location, base)
    return [await ask('GET', location ?? ''), await ask('PATCH', location ?? '', 'more', OCTETS)].map(seen)
  },
  async 'a single POST, and mounts'({ ask, putImage }) {
    await putImage('v1', 'mounts')
    const post = (query: string) => ask('POST', `/v2/other/blobs/uploads/?${query}`, null, OCTETS)
    const mount = `mount=${digestOfText('layer')}`
    const single = await ask('POST', `/v2/other/blobs/uploads/?digest=${digestOfText('one')}`, 'one', OCTETS)
    const mounts = [await post(mount), await post(`${mount}&from=mounts&origin=x`), await post(`${mount}&from=nowhere`)]
    return [single, ...mounts].map(seen)
  },
  async 'tags and lists'({ ask, putImage }) {
    await putImage('v1', 'tags')
    await putImage('v2', 'tags')
    const digest = digestOfText(MANIFEST)
    const many = await putImage(`${digest}?tag=x&tag=y`, 'tags')
    const tags = async () => JSON.parse((await ask('GET', '/v2/tags/tags/list?n=1')).text).tags
    const before = await tags()
    const deleted = await ask('DELETE', '/v2/tags/manifests/v1')
    const all = await ask('DELETE', `/v2/tags/manifests/${digest}`)
    const catalog = await ask('GET', '/v2/_catalog?n=1001')
    return [
      seen(many),
      many.headers.get('oci-tag'),
      before?.toSorted(),
      seen(deleted),
      seen(all),
      await tags(),
      seen(catalog),
    ]
  },
}

describe.runIf(/ v?2\./.test(version))(`the profile distribution-2 answers as ${version.trim()} does`, () => {
  it.each(Object.entries(TALKS))('%s', async (_, talk) => {
    const talkWith = (url: string) => talk(plainClient(fetch, url), url)
    expect(await talkWith(embedded.url)).toEqual(await talkWith(real.url))
  })
})
