import { describe, expect, it } from 'vitest'
import { copyImage, openImage, openRegistry, pushDockerTar, writeArchive } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { expectWholeTar } from '../support/whole-tar.ts'

const credentials = { username: 'ci', password: 'secret' }

/** A registry on object storage that asks for a sign-in. The storage refuses requests with `Authorization`, as S3 does. */
async function openStored() {
  const registry = createTestRegistry({ credentials, objectStorage: { uses: 1 } })
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, credentials, retry: 0 })
  const digest = await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
  const storageRequests = () => registry.requests.filter(({ url }) => url.includes('X-Amz-Signature'))
  return { registry, handle, digest, storageRequests }
}

describe('a registry on object storage', () => {
  it('is pulled from without a secret on the way to the storage', async () => {
    const { handle, registry, storageRequests } = await openStored()
    await using archive = await writeArchive([await openImage(handle, 'team/app', 'v1')])
    expectWholeTar(new Uint8Array(await new Response(archive.stream()).arrayBuffer()))
    expect(storageRequests().length).toBeGreaterThan(0)
    expect(storageRequests().filter(({ headers, status }) => headers.has('authorization') || status !== 200)).toEqual(
      [],
    )
    expect(registry.openBodies).toBe(0)
  })

  it('is copied from without a secret on the way to the storage', async () => {
    const { handle, digest, storageRequests } = await openStored()
    const mirror = createTestRegistry()
    const to = openRegistry('https://mirror.test', { fetch: mirror.fetch })
    const copied = await copyImage({ registry: handle, repository: 'team/app', reference: 'v1' }, { registry: to })
    expect(copied.digest).toBe(digest)
    expect(storageRequests().filter(({ headers, status }) => headers.has('authorization') || status !== 200)).toEqual(
      [],
    )
  })
})
