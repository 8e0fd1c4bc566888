import { expect, it } from 'vitest'
import { listLayerFiles, openRegistry } from '../../src/index.ts'
import { gzip } from '../support/packing.ts'
import { concat, rawTar } from '../support/tar.ts'

// A page can look into layers whose gzip has several members, which browsers' own decoders refuse.

const tar = rawTar([
  { name: 'etc/motd', data: 'hello' },
  { name: 'etc/.wh.old' },
  { name: 'large', data: 'x'.repeat(300_000) },
])

it.each([
  ['plain', async () => tar],
  ['gzip', () => gzip(tar)],
  ['gzip of several members', async () => concat([await gzip(tar.subarray(0, 600)), await gzip(tar.subarray(600))])],
])('listLayerFiles() lists a layer in a page: %s', async (_, pack) => {
  const bytes = await pack()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const digest = `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const fetch: typeof globalThis.fetch = async (_, init) =>
    new Response(init?.method === 'HEAD' ? null : bytes, { headers: { 'content-length': String(bytes.length) } })
  const registry = openRegistry('https://registry.test', { fetch })
  const files: string[] = []
  for await (const { type, path } of listLayerFiles(registry, 'team/app', {
    mediaType: '',
    digest: digest as never,
    size: bytes.length,
  })) {
    files.push(`${type} ${path}`)
  }
  expect(files).toEqual(['file etc/motd', 'whiteout etc/old', 'file large'])
})
