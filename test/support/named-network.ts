import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { vi } from 'vitest'

/** One server of loopback that every name and port leads to. */
export interface NamedNetwork {
  /** Breaks all connections. */
  disconnect(): void
  close(): Promise<void>
}

/** Where a connection shall go. */
interface Target {
  host?: string | undefined
  port?: number | string | undefined
}

/**
 * Starts a server of http and https on one port, and leads all connections of this process to it, whatever they are for.
 *
 * @param options.tls How it answers https.
 * @param options.isReal Tells the ports of loopback that are reached as they are: those of proxies.
 * @param options.answer Gets each request with the scheme and the name it was asked by. If it throws, the connection breaks.
 */
export async function startNamedNetwork(options: {
  readonly tls: ServerOptions
  readonly isReal: (port: number) => boolean
  readonly answer: (request: Request) => Promise<Response>
}): Promise<NamedNetwork> {
  const { tls, isReal, answer } = options
  const listener: RequestListener = (incoming, outgoing) => {
    pass(incoming, outgoing, answer).catch(() => incoming.socket.destroy())
  }
  const plain = createHttpServer(listener)
  const secure = createHttpsServer(tls, listener)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.once('data', (first) => {
      socket.pause()
      socket.unshift(first)
      // The first byte of a TLS handshake (RFC 8446 § 5.1).
      const owner = first[0] === 22 ? secure : plain
      owner.emit('connection', socket)
      process.nextTick(() => socket.resume())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const connect = Socket.prototype.connect as (...parameters: unknown[]) => Socket
  const redirecting = vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (
    this: Socket,
    ...parameters: unknown[]
  ) {
    const [first] = parameters
    const target = (Array.isArray(first) ? first[0] : first) as Target
    if (!isReal(Number(target.port))) Object.assign(target, { host: '127.0.0.1', port })
    return connect.apply(this, parameters)
  } as never)
  const disconnect = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    disconnect,
    async close() {
      redirecting.mockRestore()
      disconnect()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const { method, url, socket, headers } = incoming
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const scheme = socket instanceof TLSSocket ? 'https' : 'http'
  const request = new Request(`${scheme}://${headers.host}${url}`, {
    ...{ method, headers: Object.entries(headers).map(([name, value]) => [name, String(value)]) },
    body: body.length === 0 || method === 'GET' || method === 'HEAD' ? null : body,
  } as RequestInit)
  const response = await answer(request)
  const answered = Buffer.from(await response.arrayBuffer())
  outgoing.writeHead(response.status, response.statusText, [...response.headers].flat())
  outgoing.end(answered)
}
