import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, isListening } from '../../scripts/find/port.js'
import { startServer } from '../../scripts/find/server.js'
import { bringProgram } from './peers.ts'

export interface NginxOptions {
  /** The registry behind it; or its replicas, which get a request in turn. Each answer says as `X-Upstream` which one it was. */
  readonly upstream: string | readonly string[]
  /** Certificate and key in PEM: TLS ends here. @default none: HTTP */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** Whether the registry hears that it was asked by https; else its `Location`s begin with http. @default true */
  readonly forwardsProto?: boolean
  /** Whether it answers preflights itself, as pages need it where the registry asks for a sign-in. @default true */
  readonly answersPreflights?: boolean
  /** Whether it keeps a whole request before it asks the registry, as nginx does unless told otherwise. @default false */
  readonly buffersRequests?: boolean
  /**
   * Whether it asks the registry to close each connection, as nginx does unless told otherwise. A registry that refuses
   * a request before it has read the body then often breaks off: what was a 401 reaches the client as nginx's own 502,
   * which pages may not even read. @default false
   */
  readonly closesConnections?: boolean
  /** Further lines of the location: what somebody got wrong. @default none */
  readonly lines?: string
}

/** An nginx of a test's own. */
export interface Nginx {
  readonly url: string
  stop(): Promise<void>
}

/** An nginx with the page and a registry. */
export interface PageNginx extends Nginx {
  readonly port: number
  /** What it was asked so far: method, path with query, and the status of the answer. */
  requests(): readonly string[]
}

/** Starts an nginx in front of a registry, as docs/cors.md has it. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const port = await freePort()
  const { certificate, key } = options.tls ?? {}
  const files = { ...(certificate && { 'certificate.pem': certificate }), ...(key && { 'key.pem': key }) }
  const { stop } = await runNginx(serversFor(options, port), port, files)
  return { stop, url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}` }
}

/**
 * Starts an nginx with the page and a registry on one origin: with the files of demo/hosting as they are, but for the
 * port, the folder of the page and the registry's address.
 */
export async function startPageNginx({ root, upstream }: { root: string; upstream: string }): Promise<PageNginx> {
  const port = await freePort()
  const server = replaceOnce(readHosting('default.conf'), {
    'listen 8080;': `listen 127.0.0.1:${port};`,
    'root /usr/share/nginx/html;': `root ${root};`,
    'server registry:5000;': `server ${new URL(upstream).host};`,
  })
  const log = `log_format requests '$request_method $request_uri $status'; access_log requests.log requests;`
  const servers = ['include /etc/nginx/mime.types;', log, server].join('\n')
  const { folder, stop } = await runNginx(servers, port, { 'page.conf': readHosting('page.conf') })
  const requests = () => readFileSync(join(folder, 'requests.log'), 'utf8').trim().split('\n')
  return { url: `http://127.0.0.1:${port}`, port, requests, stop }
}

const readHosting = (name: string) => readFileSync(new URL(`../../demo/hosting/${name}`, import.meta.url), 'utf8')

/** Replaces texts that a configuration has exactly once. */
export function replaceOnce(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`The configuration has not one "${from}".`)
    return before.replace(from, to)
  }, text)
}

/** All that it writes stays in its folder, and one process is all there is: the one that is ended. */
async function runNginx(servers: string, port: number, files: Readonly<Record<string, string>>) {
  const program = bringProgram('nginx', 'nginx-light')
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  writeFileSync(join(folder, 'nginx.conf'), configurationFor(servers))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  // Without "-e" it would begin by opening the log of the machine's own nginx.
  const server = await startServer(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
    isUp: () => isListening(port),
  })
  return {
    folder,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const configurationFor = (servers: string) => `
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  ${servers}
}
`

function serversFor(options: NginxOptions, port: number): string {
  const { upstream, tls, lines = '' } = options
  const replicas = [upstream].flat().map((url) => `server ${new URL(url).host};`)
  const { forwardsProto = true, answersPreflights = true, buffersRequests = false, closesConnections = false } = options
  return `
  access_log off;
  upstream registry { ${replicas.join(' ')} }
  server {
    listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
    ${tls ? 'ssl_certificate certificate.pem; ssl_certificate_key key.pem;' : ''}
    client_max_body_size 0;
    location / {
      ${answersPreflights ? PREFLIGHT : ''}
      ${lines}
      proxy_pass http://registry;
      add_header X-Upstream $upstream_addr always;
      proxy_http_version 1.1;
      proxy_request_buffering ${buffersRequests ? 'on' : 'off'};
      proxy_buffering off;
      proxy_set_header Host $http_host;
      ${closesConnections ? '' : 'proxy_set_header Connection "";'}
      ${forwardsProto ? 'proxy_set_header X-Forwarded-Proto $scheme;' : ''}
    }
  }
`
}

const PREFLIGHT = `if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin "*" always;
        add_header Access-Control-Allow-Methods "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" always;
        add_header Access-Control-Allow-Headers "Authorization, Content-Type, Content-Range, Range, Accept" always;
        add_header Access-Control-Max-Age 7200 always;
        return 204;
      }`
