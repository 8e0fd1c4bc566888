import { createHash } from 'node:crypto'
import type { Digest, Registry } from '../../src/index.ts'
import { openRegistry } from '../../src/index.ts'
import { unique } from './published-image.ts'

const OCI = 'application/vnd.oci.image'
const INDEX = `${OCI}.index.v1+json`
const MANIFEST = `${OCI}.manifest.v1+json`

/** A manifest in a repository. */
interface Stocked {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
}

interface ImageOptions {
  /** The date in its config. @default 2024-01-01; null for none */
  readonly created?: string | null
  readonly subject?: Stocked
  readonly artifactType?: string
}

/** A repository that a test fills by plain requests, as other clients do. */
export interface StockedRepository {
  readonly repository: string
  readonly handle: Registry
  /** Puts an image that no other has. Without a tag by its digest. */
  image(tag?: string, options?: ImageOptions): Promise<Stocked>
  index(tag: string | undefined, manifests: readonly object[], more?: object): Promise<Stocked>
  /** Sets a further tag. */
  tag(tag: string, manifest: Stocked): Promise<void>
  has(reference: string): Promise<boolean>
  /** The tags that there are, sorted. */
  tags(): Promise<readonly string[]>
  /** Reads a manifest as JSON. */
  read(reference: string): Promise<{ readonly manifests: readonly Stocked[] }>
}

/** Opens a new repository of a registry. */
export function stockRepository(
  url: string,
  send: (request: Request) => Promise<Response> = fetch,
  repository = `stocked/${unique()}`,
): StockedRepository {
  const base = `${url.replace(/\/$/, '')}/v2/${repository}`
  const accept = [INDEX, MANIFEST].join(', ')

  async function request(method: string, address: string, body?: string, type = 'application/octet-stream') {
    const init = body === undefined ? {} : { body, headers: { 'content-type': type } }
    const headers = body === undefined ? { accept } : init.headers
    return send(new Request(new URL(address, `${base}/`), { method, ...init, headers } as RequestInit))
  }

  async function blob(data: string): Promise<{ digest: Digest; size: number }> {
    const digest = digestOf(data)
    const opened = await request('POST', `${base}/blobs/uploads/`)
    const location = new URL(opened.headers.get('location') ?? '', base)
    location.searchParams.set('digest', digest)
    await done(await request('PUT', location.href, data))
    return { digest, size: Buffer.byteLength(data) }
  }

  async function manifest(tag: string | undefined, mediaType: string, content: object): Promise<Stocked> {
    const body = JSON.stringify({ schemaVersion: 2, mediaType, ...content })
    const digest = digestOf(body)
    await done(await request('PUT', `${base}/manifests/${tag ?? digest}`, body, mediaType))
    return { mediaType, digest, size: Buffer.byteLength(body) }
  }

  return {
    repository,
    handle: openRegistry(url, { fetch: send, retry: 0 }),
    async image(tag, { created = '2024-01-01T00:00:00Z', subject, artifactType } = {}) {
      const layer = `layer ${unique()}`
      const config = {
        ...{ os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } },
        ...(created !== null && { created }),
      }
      return manifest(tag, MANIFEST, {
        config: { mediaType: `${OCI}.config.v1+json`, ...(await blob(JSON.stringify(config))) },
        layers: [{ mediaType: `${OCI}.layer.v1.tar`, ...(await blob(layer)) }],
        ...(subject && { subject }),
        ...(artifactType && { artifactType }),
      })
    },
    index: (tag, manifests, more = {}) => manifest(tag, INDEX, { manifests, ...more }),
    async tag(tag, { digest, mediaType }) {
      const found = await request('GET', `${base}/manifests/${digest}`)
      await done(await request('PUT', `${base}/manifests/${tag}`, await found.text(), mediaType))
    },
    async has(reference) {
      const { status } = await request('GET', `${base}/manifests/${reference}`)
      return status === 200
    },
    async tags() {
      const listed = await request('GET', `${base}/tags/list`)
      if (listed.status === 404) return []
      const { tags } = (await listed.json()) as { tags: readonly string[] | null }
      return [...(tags ?? [])].sort()
    },
    async read(reference) {
      return (await request('GET', `${base}/manifests/${reference}`)).json() as never
    },
  }
}

async function done(response: Response): Promise<void> {
  if (response.ok) return
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
}

function digestOf(data: string): Digest {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`
}
