import { createStore, entries, set } from 'idb-keyval'
import { describe, expect, inject, it } from 'vitest'
import { browserCompressions, getManifest, type Manifest, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { describeCompressionCache } from '../support/compression-cache-contract.ts'
import { countingSource } from '../support/counting-source.ts'
import { zstd } from '../support/packing.ts'
import { runUnderPolicy } from '../support/policy-frame.ts'

describeCompressionCache('browserCompressions()', async () => {
  const name = crypto.randomUUID()
  return () => browserCompressions({ name })
})

describe('browserCompressions()', () => {
  it('removes damaged values when it is used for the first time', async () => {
    const name = crypto.randomUUID()
    const database = createStore(name, 'compressions')
    await set('damaged', { digest: 'sha256:no', size: 1 }, database)
    const compression = { digest: `sha256:${'1'.repeat(64)}`, size: 1 } as const
    await browserCompressions({ name }).set('key', compression)
    expect(await entries(database)).toEqual([['key', compression]])
  })

  it('ends with an aborted push while something else in the page holds the database', async () => {
    const name = crypto.randomUUID()
    let isHeld = true
    // The push has to wait for this transaction, which goes on from one request to the next.
    await createStore(name, 'compressions')('readwrite', (store) => {
      const hold = () => {
        if (isHeld) store.get('key').onsuccess = hold
      }
      hold()
    })
    const controller = new AbortController()
    const reason = new Error('enough')
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    const pushing = pushDockerTar(await createTestArchive(), registry, 'app', 'v1', {
      compress: 'gzip',
      compressions: browserCompressions({ name }),
      signal: controller.signal,
    })
    let isOver = false
    const over = () => {
      isOver = true
    }
    pushing.then(over, over)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(isOver).toBe(false)
    controller.abort(reason)
    await expect(pushing).rejects.toBe(reason)
    isHeld = false
  })
})

describe('a push with { compress } in a page', () => {
  it('gives the bytes of every other runtime, which the page unpacks again', async () => {
    const url = inject('registryUrl')
    const repository = `compress/${crypto.randomUUID()}`
    const compressions = browserCompressions({ name: repository })
    const file = new File([await makePortableArchive()], 'exported.tar')
    const push = (source: Parameters<typeof pushDockerTar>[0]) =>
      pushDockerTar(source, url, repository, 'v1', { compress: 'gzip', compressions })
    expect(await push(file)).toBe(PORTABLE_DIGESTS.gzip)
    const { layers, config } = (await getManifest(url, repository, 'v1')).manifest as Manifest
    const blobOf = async (digest: string) => (await fetch(new URL(`/v2/${repository}/blobs/${digest}`, url))).blob()
    const diffIds = JSON.parse(await (await blobOf(config.digest)).text()).rootfs.diff_ids
    for (const [position, { digest, size }] of layers.entries()) {
      const blob = await blobOf(digest)
      expect(blob.size).toBe(size)
      const unpacked = await new Response(blob.stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', unpacked))
      expect(`sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`).toBe(diffIds[position])
    }
    // The cache is in IndexedDB by now: the second push reads headers and JSON.
    const source = countingSource(file)
    expect(await push(source)).toBe(PORTABLE_DIGESTS.gzip)
    expect(source.bytesRead).toBeLessThan(50_000)
  })

  it('gives the zstd of every other runtime', async () => {
    const repository = `compress/${crypto.randomUUID()}`
    const digest = await pushDockerTar(await makePortableArchive(), inject('registryUrl'), repository, 'v1', {
      compress: 'zstd',
    })
    expect(digest).toBe(PORTABLE_DIGESTS.zstd)
  })

  it("needs neither 'self' nor data: in connect-src for zstd, in both directions", async () => {
    const url = inject('registryUrl')
    const script = `return sdk.pushDockerTar(input.file, input.url, input.repository, 'v1', { compress: 'zstd' })`
    const file = new File([zstd(await makePortableArchive())], 'exported.tar.zst')
    const input = { file, url, repository: `compress/${crypto.randomUUID()}` }
    const policy = { scripts: "'wasm-unsafe-eval'", connections: new URL(url).origin }
    expect(await runUnderPolicy(policy, script, input)).toBe(PORTABLE_DIGESTS.zstd)
  })

  it("says so where a policy without 'wasm-unsafe-eval' keeps zstd from loading", async () => {
    const said = await runUnderPolicy({ connections: "'none'" }, "return sdk.createPortableEncoder('zstd')", {})
    expect(said).toMatch(/^RegistryError: Cannot compress with zstd: its encoder does not load; .*'wasm-unsafe-eval'/)
  })
})
