import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { KINDS } from './kinds.ts'

/** An image in a registry: its manifest, or its index. */
export interface PutImage {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Puts a small image for linux/amd64 into a registry by plain requests, as another client would. */
export async function putImage(repository: string, tag: string, kind: keyof typeof KINDS): Promise<PutImage> {
  const types = KINDS[kind]
  const layer = 'the layer of all images'
  const config = {
    ...{ os: 'linux', architecture: 'amd64', config: {} },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    history: [{ created_by: `COPY ${tag} /` }],
  }
  return putManifest(repository, tag, types.manifest, {
    config: { mediaType: types.config, ...(await putBlob(repository, JSON.stringify(config))) },
    layers: [{ mediaType: types.layer, ...(await putBlob(repository, gzipSync(layer))) }],
  })
}

/** Puts an index of one image. */
export async function putIndex(
  repository: string,
  tag: string,
  kind: keyof typeof KINDS,
  image: PutImage,
): Promise<PutImage> {
  const manifests = [{ ...image, platform: { os: 'linux', architecture: 'amd64' } }]
  return putManifest(repository, tag, KINDS[kind].index, { manifests })
}

async function putManifest(repository: string, tag: string, mediaType: string, content: object): Promise<PutImage> {
  const body = JSON.stringify({ schemaVersion: 2, mediaType, ...content })
  await send(`${repository}/manifests/${tag}`, 'PUT', body, mediaType)
  return { mediaType, digest: digestOf(body), size: Buffer.byteLength(body) }
}

/** What is in which repository already. */
const putBlobs = new Set<string>()

async function putBlob(repository: string, data: string | Buffer): Promise<{ digest: string; size: number }> {
  const digest = digestOf(data)
  const blob = { digest, size: Buffer.byteLength(data) }
  if (putBlobs.has(`${repository}@${digest}`)) return blob
  putBlobs.add(`${repository}@${digest}`)
  const { headers } = await send(`${repository}/blobs/uploads/`, 'POST')
  const location = new URL(headers.get('location') ?? '', repository)
  location.searchParams.set('digest', digest)
  await send(location, 'PUT', data, 'application/octet-stream')
  return blob
}

async function send(url: string | URL, method: string, body?: string | Buffer, type = ''): Promise<Response> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { body: body as string, headers: { 'content-type': type } }),
  })
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
  return response
}

function digestOf(data: string | Buffer): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`
}
