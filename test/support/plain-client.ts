import { createHash } from 'node:crypto'

/** What a client sees of an answer. */
export interface Seen {
  readonly status: number
  /** Of the first error in its body, if it is one of a registry's. */
  readonly code: string | undefined
  readonly range: string | null
  readonly location: string | null
  readonly headers: Headers
  readonly text: string
}

/** Talks to a registry as a client would, without the SDK. */
export interface PlainClient {
  ask(method: string, url: string, body?: string | null, headers?: Record<string, string>): Promise<Seen>
  /** Opens an upload and gives its location. */
  open(repository?: string): Promise<string>
  /** Sends a chunk with its `Content-Range`, and the type that all registries take. */
  patch(location: string | null, first: number, chunk: string): Promise<Seen>
  /** Closes an upload, with its last chunk if there is one; with a `Content-Range` if that does not begin at 0. */
  close(location: string | null, whole: string, first?: number): Promise<Seen>
  /** Uploads two blobs, and puts an image made of them. */
  putImage(reference: string, repository?: string): Promise<Seen>
}

export const OCTETS = { 'content-type': 'application/octet-stream' }
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
/** The manifest of `putImage`. */
export const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: descriptorOf('config'),
  layers: [descriptorOf('layer')],
})

export function digestOfText(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

export function plainClient(
  fetch: (request: Request) => Promise<Response> = globalThis.fetch,
  base = 'http://registry.test',
): PlainClient {
  const client: PlainClient = {
    async ask(method, url, body = null, headers = {}) {
      const response = await fetch(new Request(new URL(url, base), { method, body, headers }))
      const text = await response.text()
      const location = response.headers.get('location')
      const range = response.headers.get('range')
      return { status: response.status, code: codeIn(text), range, location, headers: response.headers, text }
    },
    async open(repository = 'a') {
      return (await client.ask('POST', `/v2/${repository}/blobs/uploads/`)).location ?? ''
    },
    async patch(location, first, chunk) {
      const range = `${first}-${first + chunk.length - 1}`
      return client.ask('PATCH', location ?? '', chunk, { ...OCTETS, 'content-range': range })
    },
    async close(location, whole, first = whole.length) {
      const url = new URL(location ?? '', base)
      url.searchParams.set('digest', digestOfText(whole))
      const isChunk = first > 0 && first < whole.length
      const range = isChunk ? { 'content-range': `${first}-${whole.length - 1}` } : undefined
      return client.ask('PUT', url.href, whole.slice(first) || null, { ...OCTETS, ...range })
    },
    async putImage(reference, repository = 'a') {
      for (const blob of ['config', 'layer']) await client.close(await client.open(repository), blob, 0)
      return client.ask('PUT', `/v2/${repository}/manifests/${reference}`, MANIFEST, { 'content-type': OCI_MANIFEST })
    },
  }
  return client
}

function descriptorOf(text: string): object {
  return { mediaType: 'x/y', digest: digestOfText(text), size: text.length }
}

function codeIn(text: string): string | undefined {
  try {
    return JSON.parse(text).errors[0].code
  } catch {
    // No document, or no error.
    return undefined
  }
}
