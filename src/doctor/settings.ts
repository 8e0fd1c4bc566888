import type { ServerSettings } from './check.ts'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
const HEADERS = 'Authorization, Content-Type, Content-Range, Range, Accept'
const EXPOSED =
  'Location, Range, Link, WWW-Authenticate, Docker-Content-Digest, OCI-Chunk-Min-Length, OCI-Chunk-Max-Length, OCI-Subject, OCI-Tag, OCI-Filters-Applied, Retry-After'

/** Returns the settings by which a registry, or a proxy in front of it, allows the pages of an origin. */
export function corsSettings(origin: string, headers: Headers | undefined): readonly ServerSettings[] {
  return forServer(headers, [
    {
      server: 'distribution',
      lines: `http:
  headers:
    Access-Control-Allow-Origin: ["${origin}"]
    Access-Control-Allow-Methods: ["${METHODS}"]
    Access-Control-Allow-Headers: ["${HEADERS}"]
    Access-Control-Expose-Headers: ["${EXPOSED}"]
    Access-Control-Max-Age: ["7200"]`,
    },
    {
      server: 'nginx',
      lines: `location /v2/ {
  if ($request_method = OPTIONS) {
    add_header Access-Control-Allow-Origin "${origin}" always;
    add_header Access-Control-Allow-Methods "${METHODS}" always;
    add_header Access-Control-Allow-Headers "${HEADERS}" always;
    add_header Access-Control-Max-Age 7200 always;
    return 204;
  }
  proxy_hide_header Access-Control-Allow-Origin;
  proxy_hide_header Access-Control-Expose-Headers;
  add_header Access-Control-Allow-Origin "${origin}" always;
  add_header Access-Control-Expose-Headers "${EXPOSED}" always;
}`,
    },
    {
      server: 'Caddy',
      lines: `@preflight method OPTIONS
handle @preflight {
  header Access-Control-Allow-Origin "${origin}"
  header Access-Control-Allow-Methods "${METHODS}"
  header Access-Control-Allow-Headers "${HEADERS}"
  header Access-Control-Max-Age "7200"
  respond 204
}
header {
  Access-Control-Allow-Origin "${origin}"
  Access-Control-Expose-Headers "${EXPOSED}"
  defer
}`,
    },
    {
      server: 'Traefik',
      lines: `http:
  middlewares:
    registry-cors:
      headers:
        accessControlAllowOriginList: ["${origin}"]
        accessControlAllowMethods: [${METHODS}]
        accessControlAllowHeaders: [${HEADERS}]
        accessControlExposeHeaders: [${EXPOSED}]
        accessControlMaxAge: 7200`,
    },
  ])
}

/** Returns the settings of a proxy, for what the registry cannot do itself: distribution asks preflights to sign in. */
export function proxySettings(origin: string, headers: Headers | undefined): readonly ServerSettings[] {
  return corsSettings(origin, headers).filter(({ server }) => server !== 'distribution')
}

/** Returns the settings by which answers may be read. zot 1.4 allows pages no more than this. */
export function readSettings(origin: string, headers: Headers | undefined): readonly ServerSettings[] {
  const zot = { server: 'zot', lines: `"http": { "allowOrigin": "${origin}" }` } as const
  return forServer(headers, [...corsSettings(origin, headers), zot])
}

/** Returns the settings by which a registry behind TLS learns that its clients use https. */
export function forwardedSettings(headers: Headers | undefined): readonly ServerSettings[] {
  return forServer(headers, [
    { server: 'distribution', lines: 'http:\n  relativeurls: true' },
    { server: 'nginx', lines: 'proxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-Proto $scheme;' },
    { server: 'Harbor', lines: 'external_url: https://registry.example.com' },
  ])
}

/** Returns the setting by which only one of two servers sends `Access-Control-Allow-Origin`. */
export function singleHeaderSettings(headers: Headers | undefined): readonly ServerSettings[] {
  return forServer(headers, [
    { server: 'nginx', lines: 'proxy_hide_header Access-Control-Allow-Origin;' },
    { server: 'Caddy', lines: 'reverse_proxy 127.0.0.1:5000 {\n  header_down -Access-Control-Allow-Origin\n}' },
  ])
}

/** Keeps the settings of the server that an answer names, and of distribution behind it. */
function forServer(headers: Headers | undefined, all: readonly ServerSettings[]): readonly ServerSettings[] {
  const named = `${headers?.get('server') ?? ''} ${headers?.get('via') ?? ''}`.toLowerCase()
  const isNamed = all.some(({ server }) => named.includes(server.toLowerCase()))
  return isNamed ? all.filter(({ server }) => server === 'distribution' || named.includes(server.toLowerCase())) : all
}
