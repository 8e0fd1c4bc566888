import { connect, createServer, type Socket } from 'node:net'

/** What becomes of one connection. */
export interface ConnectionFault {
  /** After so many bytes from the client the connection is reset. */
  readonly resetAfterSent?: number
  /** After so many bytes from the server it is reset: what was asked for may have happened. */
  readonly resetAfterAnswered?: number
  /** In milliseconds: what the server says comes so much later. */
  readonly delay?: number
}

/** A TCP proxy before a server, on which things go wrong. */
export interface FaultProxy {
  readonly url: string
  /** How many connections were reset. */
  readonly resets: number
  /** How many bytes went on to the server, those of requests' heads among them. */
  readonly sentBytes: number
  close(): Promise<void>
}

/**
 * Serves one.
 *
 * @param faultOf What becomes of the nth connection, from 0.
 * @param cut After so many bytes of all clients together, whichever connection carries them is reset, once. @default never
 */
export async function serveFaultProxy(
  upstream: string,
  faultOf: (connection: number) => ConnectionFault,
  cut = Infinity,
): Promise<FaultProxy> {
  const { hostname, port } = new URL(upstream)
  const sockets = new Set<Socket>()
  let count = 0
  let resets = 0
  let sentBytes = 0
  const server = createServer((client) => {
    const { resetAfterSent = Infinity, resetAfterAnswered = Infinity, delay = 0 } = faultOf(count++)
    const target = connect(Number(port), hostname)
    let isOver = false
    const end = (isReset: boolean) => {
      if (isOver) return
      isOver = true
      if (isReset) {
        resets++
        client.resetAndDestroy()
      } else client.destroy()
      target.destroy()
    }
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => end(false))
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('close', () => end(false))
    // After all that the server has said.
    target.on('close', () => setTimeout(() => client.end(), delay))
    let sent = 0
    client.on('data', (bytes) => {
      const left = Math.min(resetAfterSent - sent, sentBytes < cut ? cut - sentBytes : Infinity)
      const part = bytes.subarray(0, Math.max(left, 0))
      sent += bytes.length
      sentBytes += part.length
      // What came before the fault arrives.
      target.write(part, () => part.length < bytes.length && end(true))
    })
    let answered = 0
    target.on('data', (bytes) => {
      const part = bytes.subarray(0, Math.max(resetAfterAnswered - answered, 0))
      answered += bytes.length
      // What came before the fault arrives.
      setTimeout(() => client.write(part, () => part.length < bytes.length && end(true)), delay)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    get resets() {
      return resets
    },
    get sentBytes() {
      return sentBytes
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
