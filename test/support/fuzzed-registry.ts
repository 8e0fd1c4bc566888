import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { type Descriptor, openRegistry, type UploadProfile } from '../../src/index.ts'
import { MANIFEST_MEDIA_TYPES } from '../../src/oci/media-type.ts'
import { createTestRegistry, type Fault, type RegistryProfile, type TestRegistry } from '../../src/testing/index.ts'

// Registries of every profile at a small scale, and what has to be in them in the end.

/** What profiles' sizes of chunks are divided by: 5 MiB are 5 KiB. */
const SCALE = 1024
export const CHUNK = 6000

/** What the SDK knows of a registry, if it knows it, at this scale. */
const KNOWN: Readonly<Partial<Record<RegistryProfile, Partial<UploadProfile>>>> = {
  ecr: { minChunkSize: 5 * 1024, tellsStatus: false },
  ghcr: { maxChunkSize: 4 * 1024 },
  gar: { takesWholeOnly: true },
}

/** Makes a registry, and a handle for it. */
export function createSubject(profile: RegistryProfile | 'spec', isKnown: boolean, faults: readonly Fault[]) {
  const registry = createTestRegistry({ ...(profile !== 'spec' && { profile }), scale: SCALE, faults })
  const known = profile !== 'spec' && isKnown ? KNOWN[profile] : undefined
  const settings = { retry: 4, retryDelay: 0, ...(known && { profile: known }) }
  const open = (fetch: TestRegistry['fetch']) => openRegistry('https://registry.test', { ...settings, fetch })
  return { registry, open }
}

/** All that the manifest names is there, and is what it should be. */
export async function verifyImage(registry: TestRegistry, digest: string): Promise<void> {
  const root = await insist(registry, 'manifests/v1')
  expect(root.headers.get('docker-content-digest')).toBe(digest)
  const manifest = (await root.json()) as { config: Descriptor; layers: Descriptor[] }
  for (const blob of [manifest.config, ...manifest.layers]) {
    const bytes = new Uint8Array(await (await insist(registry, `blobs/${blob.digest}`)).arrayBuffer())
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(blob.digest)
    expect(bytes.length).toBe(blob.size)
  }
}

/** Asks until no fault is left for the question. */
export async function insist({ fetch }: TestRegistry, path: string): Promise<Response> {
  const headers = { accept: MANIFEST_MEDIA_TYPES.join(', ') }
  const ask = () => fetch(new Request(`https://registry.test/v2/team/app/${path}`, { headers }))
  let last: Response | undefined
  let same = 0
  // A 404 may be a fault too, but not so many in a row.
  for (let tries = 0; tries < 60 && same < 20; tries++) {
    const answer = await ask().catch(() => undefined)
    if (answer?.ok) return answer
    same = answer && answer.status === last?.status ? same + 1 : 0
    last = answer ?? last
  }
  return last ?? expect.fail(`no answer for ${path}`)
}
