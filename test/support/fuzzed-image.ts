import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { TestRegistry } from '../../src/testing/index.ts'
import { KINDS } from './kinds.ts'

interface Manifest {
  readonly mediaType: string
  readonly digest: string
  readonly text: string
  /** The tag or digest that it is put under. */
  readonly reference: string
}

/**
 * An image for two platforms, with a layer that both have. Something is about one platform, which a list under a tag
 * tells too; and cosign's tag signs the index.
 */
export interface FuzzedImage {
  /** The digest of its index. */
  readonly digest: string
  /** By their digests. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
  /** Puts it into a registry as `team/app:v1`, by requests that no fault of a reading affects. */
  put(registry: TestRegistry): Promise<void>
}

const PLATFORMS = [
  { architecture: 'amd64', sizes: [40_000, 3000, 1] },
  { architecture: 'arm64', sizes: [9000, 3000] },
] as const

/** Makes the image: always the same bytes. */
export function createFuzzedImage(): FuzzedImage {
  const { config: configType, layer: layerType, manifest: mediaType, index: indexType } = KINDS.oci
  const blobs = new Map<string, Uint8Array>()
  const manifests: Manifest[] = []
  const add = (type: string, bytes: Uint8Array) => {
    const digest = digestOf(bytes)
    blobs.set(digest, bytes)
    return { mediaType: type, digest, size: bytes.length }
  }
  const addManifest = (type: string, content: object, tag?: string) => {
    const text = JSON.stringify({ schemaVersion: 2, mediaType: type, ...content })
    const digest = digestOf(text)
    manifests.push({ mediaType: type, digest, text, reference: tag ?? digest })
    return { mediaType: type, digest, size: text.length }
  }
  const children = PLATFORMS.map(({ architecture, sizes }) => {
    const layers = sizes.map((size) => noise(size))
    const rootfs = { type: 'layers', diff_ids: layers.map(digestOf) }
    const config = {
      os: 'linux',
      architecture,
      config: {},
      rootfs,
      history: layers.map(() => ({ created_by: 'COPY' })),
    }
    const child = addManifest(mediaType, {
      config: add(configType, Buffer.from(JSON.stringify(config))),
      layers: layers.map((layer) => add(layerType, gzipSync(layer))),
    })
    return { ...child, platform: { os: 'linux', architecture } }
  })
  const { digest } = addManifest(indexType, { manifests: children }, 'v1')
  const config = add('application/vnd.oci.empty.v1+json', Buffer.from('{}'))
  const artifact = (text: string, fields: object, tag?: string) => {
    const layers = [add('text/plain', Buffer.from(text))]
    return addManifest(mediaType, { artifactType: 'text/plain', config, layers, ...fields }, tag)
  }
  const [subject] = children
  const referrer = artifact('about one platform', { subject })
  addManifest(indexType, { manifests: [referrer] }, subject?.digest.replace(':', '-'))
  artifact('signature', {}, `${digest.replace(':', '-')}.sig`)
  return { digest, blobs, put: (registry) => put(registry, blobs, manifests) }
}

async function put({ fetch }: TestRegistry, blobs: FuzzedImage['blobs'], manifests: readonly Manifest[]) {
  const send = async (
    path: string,
    method: string,
    body: BodyInit | null = null,
    type = 'application/octet-stream',
  ) => {
    const url = new URL(path, 'https://registry.test')
    const response = await fetch(new Request(url, { method, body, headers: { 'content-type': type } }))
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    await response.body?.cancel()
    return response.headers.get('location') ?? ''
  }
  for (const [digest, bytes] of blobs) {
    const location = new URL(await send('/v2/team/app/blobs/uploads/', 'POST'), 'https://registry.test')
    location.searchParams.set('digest', digest)
    await send(location.href, 'PUT', new Uint8Array(bytes))
  }
  for (const { mediaType, text, reference } of manifests) {
    await send(`/v2/team/app/manifests/${reference}`, 'PUT', text, mediaType)
  }
}

/** Bytes that do not get smaller by compression. The same length gives the same bytes. */
function noise(length: number): Uint8Array {
  const parts = Array.from({ length: Math.ceil(length / 64) }, (_, part) =>
    createHash('sha512').update(`${length} ${part}`).digest(),
  )
  return Buffer.concat(parts).subarray(0, length)
}

function digestOf(data: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`
}
