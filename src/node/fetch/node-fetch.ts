/**
 * The symbols under which Node stores its `fetch`'s dispatcher, once it is used or replaced. The newer name is first.
 */
const DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1']

/**
 * Tells whether `fetch` is Node's own and sends through its own kind of agent. Then it requests a stream's next piece
 * only after it has written the previous one. Returns false in Deno and Bun, and if a mock or a tracer wraps `fetch`,
 * because that may keep the pieces.
 */
export function isNodeFetch(): boolean {
  const globals = globalThis as unknown as Record<symbol, object | undefined>
  const dispatcher = DISPATCHERS.map((name) => globals[Symbol.for(name)]).find((found) => found !== undefined)
  const isPlain = dispatcher === undefined || dispatcher.constructor.name === 'Agent'
  return isPlain && Function.prototype.toString.call(globalThis.fetch).includes('internal/deps/undici')
}
