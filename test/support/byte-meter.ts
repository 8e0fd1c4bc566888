import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that counts. */
export interface ByteMeter {
  readonly url: string
  /** How many bytes went to the server, those of the protocol included. */
  readonly sentBytes: number
  close(): Promise<void>
}

/** Serves one. @param onSent Called with the count so far. */
export async function serveByteMeter(upstream: string, onSent: (sentBytes: number) => void): Promise<ByteMeter> {
  const { hostname, port } = new URL(upstream)
  const sockets = new Set<Socket>()
  let sentBytes = 0
  const server = createServer((client) => {
    const target = connect(Number(port), hostname)
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        target.destroy()
      })
    }
    client.on('data', (bytes) => {
      sentBytes += bytes.length
      onSent(sentBytes)
    })
    client.pipe(target).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    get sentBytes() {
      return sentBytes
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
