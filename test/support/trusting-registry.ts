/** A registry that takes every blob under the digest that it is told, whatever the bytes are, and every manifest. */
export interface TrustingRegistry {
  readonly fetch: (request: Request) => Promise<Response>
  /** The blobs, by the digest that each was told to have. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
  /** How many manifests were put. */
  readonly manifests: number
}

const UPLOAD = /^\/v2\/(.+)\/blobs\/uploads\/(\d*)$/

export function createTrustingRegistry(): TrustingRegistry {
  let manifests = 0
  const uploads: Uint8Array[][] = []
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>()

  async function takeBytes(request: Request, [, repository, id]: RegExpExecArray): Promise<Response> {
    if (request.method === 'POST') uploads.push([])
    const index = id ? Number(id) : uploads.length - 1
    const pieces = uploads[index] ?? []
    pieces.push(new Uint8Array(await request.arrayBuffer()))
    const whole = new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer())
    const digest = new URL(request.url).searchParams.get('digest')
    const location = `/v2/${repository}/blobs/uploads/${index}`
    const range = `0-${Math.max(whole.length - 1, 0)}`
    if (!digest) return new Response(null, { status: 202, headers: { location, range } })
    blobs.set(digest, whole)
    return new Response(null, { status: 201, headers: { location: `/v2/${repository}/blobs/${digest}` } })
  }

  function giveBlob({ method, headers }: Request, digest: string): Response {
    const blob = blobs.get(digest)
    if (!blob) return new Response(null, { status: 404 })
    if (method === 'HEAD') return new Response(null, { headers: { 'content-length': String(blob.length) } })
    const [, from] = /^bytes=(\d+)-/.exec(headers.get('range') ?? '') ?? []
    if (from === undefined) return new Response(blob)
    const range = { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` }
    return new Response(blob.slice(Number(from)), { status: 206, headers: range })
  }

  return {
    blobs,
    get manifests() {
      return manifests
    },
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const upload = UPLOAD.exec(pathname)
      if (upload) return takeBytes(request, upload)
      const [, digest] = /\/blobs\/(sha256:[0-9a-f]{64})$/.exec(pathname) ?? []
      if (digest) return giveBlob(request, digest)
      if (request.method !== 'PUT') return new Response(null, { status: 404 })
      manifests++
      return new Response(null, { status: 201, headers: { location: pathname } })
    },
  }
}
