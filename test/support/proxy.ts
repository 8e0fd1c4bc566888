import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { clientName } from './tls-server.ts'

/** A proxy that goes wherever it is asked to. */
export interface ForwardProxy {
  /** `http://127.0.0.1:3128`. */
  readonly url: string
  /** What it was asked: `CONNECT registry.test:443`, `GET http://registry.test/v2/`. */
  readonly asked: string[]
  /** The `Proxy-Authorization` of each. */
  readonly authorizations: (string | undefined)[]
  /** The names in the client certificates that came with each; nothing where none came. */
  readonly clients: (string | undefined)[]
  close(): Promise<void>
}

/**
 * Starts a proxy as RFC 9110 describes it, with tunnels (§ CONNECT) and without.
 *
 * @param options.refusal The status of its answer to everything. @default it lets everybody through
 * @param options.tls How it is reached by https. @default by http
 * @param options.knows A name that it takes for this machine. @default it asks the system for every name
 */
export async function startProxy(
  options: { readonly refusal?: number; readonly tls?: ServerOptions; readonly knows?: string } = {},
): Promise<ForwardProxy> {
  const { refusal, tls, knows } = options
  const resolve = (name: string) => (name === knows ? '127.0.0.1' : name)
  const asked: string[] = []
  const authorizations: (string | undefined)[] = []
  const clients: (string | undefined)[] = []
  const note = ({ method, url, headers, socket }: IncomingMessage) => {
    asked.push(`${method} ${url}`)
    authorizations.push(headers['proxy-authorization'])
    clients.push(clientName(socket))
  }
  const server = tls ? createTlsServer(tls) : createServer()
  server.on('request', (incoming, outgoing) => {
    note(incoming)
    if (refusal === undefined) pass(incoming, outgoing, resolve)
    else outgoing.writeHead(refusal).end('refused')
  })
  server.on('connect', (incoming, client, head) => {
    note(incoming)
    if (refusal === undefined) tunnel(incoming, client, head, resolve)
    else client.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 7\r\n\r\nrefused`)
  })
  // A server does not count what has become a tunnel.
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    authorizations,
    clients,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, resolve: (name: string) => string): void {
  const { method, headers, url = '' } = incoming
  const { 'proxy-authorization': _, ...passed } = headers
  const hostname = resolve(new URL(url).hostname)
  const onward = request(url, { method, headers: passed, hostname }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.writeHead(502).end())
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
