import { serve } from 'srvx/node'

/**
 * A server of this process.
 *
 * @typedef {object} LoopbackServer
 * @property {string} url `http://127.0.0.1:15000/`.
 * @property {() => Promise<void>} close Closes all connections, also those with a request under way.
 */

/**
 * Serves on a free port of loopback.
 *
 * @param {(request: Request) => Response | Promise<Response>} answer
 * @param {{ readonly cert: string, readonly key: string }} [tls] In PEM. Default: HTTP.
 * @returns {Promise<LoopbackServer>}
 */
export async function serveOnLoopback(answer, tls) {
  const server = serve({ port: 0, hostname: '127.0.0.1', fetch: answer, tls, silent: true, gracefulShutdown: false })
  await server.ready()
  return { url: server.url ?? '', close: () => server.close(true) }
}
