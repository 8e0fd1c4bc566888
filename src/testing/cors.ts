/** The headers that a page needs in order to push. A real registry is configured with the same ones (docs/cors.md). */
const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Location, Range, Link, WWW-Authenticate, Docker-Content-Digest, Docker-Upload-UUID, OCI-Chunk-Min-Length, OCI-Chunk-Max-Length, OCI-Subject, OCI-Tag, OCI-Filters-Applied, Retry-After, Warning',
}

const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...CORS_HEADERS,
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type, Content-Range, Range, Accept',
  'access-control-max-age': '7200',
}

export function preflight(): Response {
  return new Response(null, { status: 204, headers: PREFLIGHT_HEADERS })
}

export function allowPages(response: Response): Response {
  for (const [name, value] of Object.entries(CORS_HEADERS)) response.headers.set(name, value)
  return response
}
