import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import {
  folderCompressions,
  memoryCompressions,
  openRegistry,
  pushDockerTar,
  RegistryError,
  type StoredCompression,
} from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { describeCompressionCache } from '../support/compression-cache-contract.ts'
import { rejection } from '../support/errors.ts'

const top = mkdtempSync(join(tmpdir(), 'compressions-'))
afterAll(() => rmSync(top, { recursive: true }))

let count = 0
const newFolder = () => join(top, String(++count), 'compressions')
const compression: StoredCompression = { digest: `sha256:${'1'.repeat(64)}`, size: 1 }

describeCompressionCache('memoryCompressions()', async () => {
  const cache = memoryCompressions()
  return () => cache
})

describeCompressionCache('folderCompressions()', async () => {
  const folder = newFolder()
  return () => folderCompressions(folder)
})

describe('folderCompressions()', () => {
  it('refuses a folder that others may write into, and a push goes on without it', async () => {
    const folder = newFolder()
    await folderCompressions(folder).set('key', compression)
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700')
    chmodSync(folder, 0o770)
    await rejection(folderCompressions(folder).get('key'), RegistryError, /^Cannot keep compressions .*chmod 700 "/)
    const warnings: string[] = []
    const handle = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v1', {
      compress: 'gzip',
      compressions: folderCompressions(folder),
      onWarning: (warning) => warnings.push(warning),
    })
    expect(warnings.join('\n')).toMatch(/^The cache of compressed layers is not used: .*chmod 700/)
    expect(warnings).toHaveLength(1)
  })

  it('refuses a folder of another user', async () => {
    const folder = newFolder()
    await folderCompressions(folder).set('key', compression)
    const geteuid = vi.spyOn(process as { geteuid(): number }, 'geteuid').mockReturnValue(statSync(folder).uid + 1)
    const asking = rejection(folderCompressions(folder).get('key'), RegistryError, /belongs to another user/)
    await asking.finally(() => geteuid.mockRestore())
  })

  it.each(['', '[]', '{"digest":"sha256:1","size":1}', JSON.stringify({ ...compression, size: -1 })])(
    'takes a file for absent, and removes it, that says %j',
    async (text) => {
      const folder = newFolder()
      const cache = folderCompressions(folder)
      await cache.set('key', compression)
      writeFileSync(join(folder, readdirSync(folder)[0] as string), text)
      expect(await cache.get('key')).toBeUndefined()
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('forgets after ninety days', async () => {
    const folder = newFolder()
    await folderCompressions(folder).set('key', compression)
    const file = join(folder, readdirSync(folder)[0] as string)
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000)
    utimesSync(file, daysAgo(89), daysAgo(89))
    expect(await folderCompressions(folder).get('key')).toEqual(compression)
    utimesSync(file, daysAgo(91), daysAgo(91))
    expect(await folderCompressions(folder).get('key')).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is in the place of the user for caches', async () => {
    const home = newFolder()
    vi.stubEnv('XDG_CACHE_HOME', home)
    await folderCompressions().set('key', compression)
    vi.unstubAllEnvs()
    expect(readdirSync(join(home, 'registry-api-v2-client', 'compressions'))).toHaveLength(1)
  })
})
