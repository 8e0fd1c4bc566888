import { createServer, request } from 'node:http'

/**
 * What clients asked of a registry.
 *
 * @typedef {object} RequestCounts
 * @property {number} requests
 * @property {Readonly<Record<string, number>>} methods How many of each.
 * @property {number} sentBytes Of the bodies of requests.
 * @property {number} receivedBytes Of the bodies of answers.
 */

/**
 * Serves a registry, and counts what is asked. For runs that are not timed.
 *
 * @param {string} upstream
 * @returns {Promise<{ url: string, counts: () => RequestCounts, forget: () => void, stop: () => Promise<void> }>}
 */
export async function serveCountingProxy(upstream) {
  const { hostname, port } = new URL(upstream)
  /** @type {Record<string, number>} */
  let methods = {}
  let [sentBytes, receivedBytes] = [0, 0]
  const server = createServer((incoming, outgoing) => {
    const { method = '', url, headers } = incoming
    methods[method] = (methods[method] ?? 0) + 1
    incoming.on('data', (bytes) => {
      sentBytes += bytes.length
    })
    // The host goes along, so that the registry's Locations lead here again.
    const passed = request({ hostname, port, method, path: url, headers }, (answer) => {
      // As they are written: there are clients that look for one in capitals.
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.on('data', (bytes) => {
        receivedBytes += bytes.length
      })
      answer.pipe(outgoing)
    })
    passed.once('error', () => outgoing.destroy())
    // The rest of an answer that nobody reads is not received.
    outgoing.once('close', () => passed.destroy())
    incoming.pipe(passed)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    counts: () => ({
      requests: Object.values(methods).reduce((sum, count) => sum + count, 0),
      methods: { ...methods },
      sentBytes,
      receivedBytes,
    }),
    forget() {
      methods = {}
      sentBytes = 0
      receivedBytes = 0
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
