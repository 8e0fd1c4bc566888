import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { clientName } from './tls-server.ts'

/** What a proxy can read of a request, where each byte is a character. */
export interface Heard {
  /** Its line and its headers. */
  readonly head: string
  /** Its body, or what goes through the tunnel to the target. */
  body: string
}

/** A proxy that goes wherever it is asked to. */
export interface ForwardProxy {
  /** `http://127.0.0.1:3128`. */
  readonly url: string
  /** What it was asked: `CONNECT registry.test:443`, `GET http://registry.test/v2/`. */
  readonly asked: string[]
  /** What it can read of each. */
  readonly heard: Heard[]
  /** The `Proxy-Authorization` of each. */
  readonly authorizations: (string | undefined)[]
  /** The names in the client certificates that came with each; nothing where none came. */
  readonly clients: (string | undefined)[]
  close(): Promise<void>
}

/**
 * Starts a proxy as RFC 9110 describes it, with tunnels (§ CONNECT) and without.
 *
 * @param options.refusal The status of its answer to everything, which repeats what it got, or 0 to break off.
 *   @default it lets everybody through
 * @param options.tls How it is reached by https. @default by http
 * @param options.knows A name that it takes for this machine. @default it asks the system for every name
 */
export async function startProxy(
  options: { readonly refusal?: () => number | undefined; readonly tls?: ServerOptions; readonly knows?: string } = {},
): Promise<ForwardProxy> {
  const { refusal = () => undefined, tls, knows } = options
  const resolve = (name: string) => (name === knows ? '127.0.0.1' : name)
  const asked: string[] = []
  const heard: Heard[] = []
  const authorizations: (string | undefined)[] = []
  const clients: (string | undefined)[] = []
  const note = (incoming: IncomingMessage, body: Duplex | IncomingMessage) => {
    const { method, url, headers, rawHeaders, socket } = incoming
    asked.push(`${method} ${url}`)
    const told: Heard = { head: `${method} ${url}\n${rawHeaders.join('\n')}`, body: '' }
    heard.push(told)
    body.on('data', (bytes: Buffer) => {
      told.body += bytes.toString('latin1')
    })
    authorizations.push(headers['proxy-authorization'])
    clients.push(clientName(socket))
  }
  const server = tls ? createTlsServer(tls) : createServer()
  server.on('request', (incoming, outgoing) => {
    note(incoming, incoming)
    const status = refusal()
    if (status === undefined) pass(incoming, outgoing, resolve)
    else if (status === 0) incoming.socket.destroy()
    else outgoing.writeHead(status, refusalHeaders(incoming)).end(`refused ${incoming.rawHeaders}`)
  })
  server.on('connect', (incoming, client, head) => {
    note(incoming, client)
    client.on('error', () => client.destroy())
    const status = refusal()
    if (status === undefined) tunnel(incoming, client, head, resolve)
    else if (status === 0) client.destroy()
    else client.end(refusalOfTunnel(status, incoming))
  })
  // A server does not count what has become a tunnel.
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    heard,
    authorizations,
    clients,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** The headers of a refusal, which repeat what the request had. */
function refusalHeaders({ headers }: IncomingMessage): Record<string, string> {
  const told = `${headers['proxy-authorization'] ?? ''} ${headers.authorization ?? ''}`
  return { 'proxy-authenticate': `Basic realm="${told}"`, via: `1.1 proxy (${told})` }
}

function refusalOfTunnel(status: number, incoming: IncomingMessage): string {
  const headers = Object.entries(refusalHeaders(incoming)).map(([name, value]) => `${name}: ${value}\r\n`)
  const body = `refused ${incoming.rawHeaders}`
  return `HTTP/1.1 ${status} ${body}\r\n${headers.join('')}Content-Length: ${body.length}\r\n\r\n${body}`
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, resolve: (name: string) => string): void {
  const { method, headers, url = '' } = incoming
  const { 'proxy-authorization': _, ...passed } = headers
  const hostname = resolve(new URL(url).hostname)
  const onward = request(url, { method, headers: passed, hostname }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()))
  incoming.pipe(onward)
}

function tunnel({ url }: IncomingMessage, client: Duplex, head: Buffer, resolve: (name: string) => string): void {
  const { hostname, port } = new URL(`http://${url}`)
  const onward = connect(Number(port || 80), resolve(hostname), () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    onward.write(head)
    onward.pipe(client)
    client.pipe(onward)
  })
  onward.on('error', () => client.destroy())
  client.on('error', () => onward.destroy())
  client.on('close', () => onward.destroy())
}
