import { describe, expect, inject, it } from 'vitest'
import { createScriptHasher } from '../../src/hash/script-sha256.ts'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import { pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { runUnderPolicy } from '../support/policy-frame.ts'

describe('pushDockerTar() under a policy without WebAssembly', () => {
  it('gives the digest that it gives elsewhere, and breaks the policy at most once', async () => {
    const url = inject('registryUrl')
    const file = new File([await createTestArchive()], 'exported.tar')
    const expected = await pushDockerTar(file, url, `script/${crypto.randomUUID()}`, 'v1')
    const script = `
      let breaches = 0
      addEventListener('securitypolicyviolation', () => breaches++)
      const digest = await sdk.pushDockerTar(input.file, input.url, input.repository, 'v1', { verify: true })
      return { digest, breaches }`
    const input = { file, url, repository: `script/${crypto.randomUUID()}` }
    const pushed = await runUnderPolicy({ connections: new URL(url).origin }, script, input)
    // WebKit reports no WebAssembly that it forbids.
    expect([
      { digest: expected, breaches: 1 },
      { digest: expected, breaches: 0 },
    ]).toContainEqual(pushed)
  })
})

describe('createScriptHasher()', () => {
  it('gives the digest of WebAssembly for pieces of any size', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 251)
    for (const size of [0, 1, 55, 56, 63, 64, 65, 4096, 70_000]) {
      const hashers = [await createPortableHasher(), createScriptHasher()]
      for (const hasher of hashers) {
        hasher.update(bytes.subarray(0, size))
        hasher.update(bytes.subarray(size))
      }
      expect(hashers[1]?.digest()).toBe(hashers[0]?.digest())
    }
  })
})
