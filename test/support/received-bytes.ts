import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Counts what comes in on the connections of Node's own `fetch`. */
interface ReceivedBytes {
  /** The bytes that came from a port of this machine, with the heads of answers. */
  from(url: string): number
  stop(): void
}

const CONNECTED = 'undici:client:connected'

/** Counts from now on. What a connection lost on its way does not count. */
export function countReceivedBytes(): ReceivedBytes {
  const sockets: Array<{ readonly socket: Socket; readonly port: number | undefined }> = []
  const note = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket }
    // A socket that is closed knows its port no longer.
    sockets.push({ socket, port: socket.remotePort })
  }
  subscribe(CONNECTED, note)
  return {
    from(url) {
      const wanted = Number(new URL(url).port)
      return sockets.reduce((sum, { socket, port }) => sum + (port === wanted ? socket.bytesRead : 0), 0)
    },
    stop: () => unsubscribe(CONNECTED, note),
  }
}
