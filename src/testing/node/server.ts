import type { ServerResponse } from 'node:http'
import type { Server, ServerRequest } from 'srvx'
import { serve } from 'srvx/node'
import { delay } from '../../async/delay.ts'
import { RegistryError } from '../../errors.ts'
import { BrokenConnection } from '../broken-connection.ts'

/** Remedies for errors of `listen`, by their codes. */
const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'stop what uses the port, or choose another one; 0 is any free port',
  EACCES: 'choose a port above 1023',
  EADDRNOTAVAIL: 'choose an address of this machine, such as 127.0.0.1',
  ENOTFOUND: 'choose an address of this machine, such as 127.0.0.1',
}

/** A server that can listen on several ports. */
interface RegistryServer {
  /**
   * Listens on a port, and returns the URL.
   *
   * @throws {RegistryError} if it cannot
   */
  listen(port: number): Promise<string>
  /** Stops listening, waits for the requests under way, and closes all connections. */
  close(grace: number): Promise<void>
}

/** Creates a server that does not listen yet. */
export function createServer(hostname: string, answer: (request: Request) => Promise<Response>): RegistryServer {
  const servers: Server[] = []
  const underWay = new Set<Promise<unknown>>()

  function fetch(request: ServerRequest): Promise<Response> {
    const response = request.runtime?.node?.res as ServerResponse | undefined
    const ended = new Promise<void>((resolve) => response?.once('close', resolve)).then(
      () => void underWay.delete(ended),
    )
    underWay.add(ended)
    return answer(request).catch((error) => reset(response, error))
  }

  return {
    async listen(port) {
      try {
        // A large upload over a slow network takes longer than the five minutes that Node gives a request.
        const node = { requestTimeout: 0 }
        const server = serve({ port, hostname, fetch, node, silent: true, gracefulShutdown: false })
        await server.ready()
        servers.push(server)
        return server.url as string
      } catch (cause) {
        const { code = '', message } = cause as NodeJS.ErrnoException
        throw new RegistryError('CANNOT_LISTEN', `Cannot listen on ${hostname}:${port}: ${message}`, {
          remedy: REMEDIES[code],
          cause,
        })
      }
    },
    async close(grace) {
      const closed = servers.map((server) => server.close())
      // The time is over, or no request is left.
      const timer = new AbortController()
      await Promise.race([Promise.all(underWay), delay(grace, timer.signal).catch(() => {})])
      timer.abort()
      for (const server of servers) await server.close(true)
      await Promise.all(closed)
    },
  }
}

/** Resets the connection when a fault breaks it, so that HTTP clients see a network failure. */
function reset(response: ServerResponse | undefined, error: unknown): Response {
  if (!(error instanceof BrokenConnection)) throw error
  // The socket may already be detached from the request.
  response?.socket?.resetAndDestroy()
  return new Response()
}
