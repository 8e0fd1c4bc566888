import { connect, createServer } from 'node:net'

/**
 * What a link is like.
 *
 * @typedef {object} Link
 * @property {number} roundTrip In milliseconds.
 * @property {number} bitsPerSecond In each direction, by all connections together.
 */

/** In milliseconds: so much may wait to go on the link in one direction; behind that, the sender waits. */
const QUEUE = 20

/**
 * Puts a slow link before a server: a TCP proxy that lets bytes pass at the link's rate, and holds them on their way. Half of the round trip it
 * takes in each direction, and a whole one before a connection carries anything, as its handshake does. TCP's slow start is not played.
 *
 * @param {string} upstream
 * @param {Link} link
 * @returns {Promise<{ url: string, connections: number, sentBytes: number, stop: () => Promise<void> }>} where it is, how many connections were made,
 *   and how many bytes clients sent over it
 */
export async function serveSlowLink(upstream, { roundTrip, bitsPerSecond }) {
  const { hostname, port } = new URL(upstream)
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  const up = createLane(bitsPerSecond, roundTrip / 2)
  const down = createLane(bitsPerSecond, roundTrip / 2)
  let connections = 0
  let sentBytes = 0
  const server = createServer((client) => {
    connections++
    const target = connect({ host: hostname, port: Number(port), noDelay: true })
    client.setNoDelay(true)
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.once('error', () => {
        client.destroy()
        target.destroy()
      })
    }
    down(target, client)
    setTimeout(() => {
      client.on('data', ({ length }) => {
        sentBytes += length
      })
      up(client, target)
    }, roundTrip)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    get connections() {
      return connections
    },
    get sentBytes() {
      return sentBytes
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * One direction of a link, which all connections share.
 *
 * @param {number} bitsPerSecond
 * @param {number} delay In milliseconds.
 * @returns {(from: import('node:net').Socket, to: import('node:net').Socket) => void} carries what one socket gives to another
 */
function createLane(bitsPerSecond, delay) {
  /** When the last byte that was put on it will have left. */
  let freeAt = 0
  return (from, to) => {
    /** @type {(() => void)[]} */
    const onTheirWay = []
    // Timers that end in the same millisecond go off in any order; whichever does brings what comes next.
    const arriveAt = (/** @type {number} */ time, /** @type {() => void} */ arrive) => {
      onTheirWay.push(arrive)
      at(time, () => onTheirWay.shift()?.())
    }
    from.on('data', (bytes) => {
      freeAt = Math.max(freeAt, performance.now()) + (bytes.length * 8000) / bitsPerSecond
      arriveAt(freeAt + delay, () => to.write(bytes))
      from.pause()
      at(freeAt - QUEUE, () => from.resume())
    })
    from.once('end', () => arriveAt(Math.max(freeAt, performance.now()) + delay, () => to.end()))
  }
}

/**
 * @param {number} time
 * @param {() => void} act
 */
function at(time, act) {
  setTimeout(act, Math.max(time - performance.now(), 0))
}
