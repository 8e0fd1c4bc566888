import type { RequestListener } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { toNodeHandler } from 'srvx/node'

/** A server of https on loopback. */
export interface TlsServer {
  /** `https://localhost:8443`. */
  readonly url: string
  /** The names in the client certificates that came, one a request; nothing where none came. */
  readonly clients: (string | undefined)[]
  close(): Promise<void>
}

/** Starts a server of https, which takes note of client certificates if the options let it ask for them. */
export async function startTlsServer(
  options: ServerOptions,
  answer: (request: Request) => Response | Promise<Response> = () => Response.json({}),
): Promise<TlsServer> {
  const clients: (string | undefined)[] = []
  // Its type is that of HTTP/2 too.
  const handler = toNodeHandler(answer) as RequestListener
  const server = createServer(options, (incoming, outgoing) => {
    clients.push(clientName(incoming.socket))
    handler(incoming, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    clients,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The name in the client certificate that a connection came with. */
export function clientName(socket: Socket): string | undefined {
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate()?.subject?.CN : undefined
  return name === undefined ? undefined : String(name)
}
