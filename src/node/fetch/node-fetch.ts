/** Where Node keeps what its `fetch` sends by, once it was used or another was set: the later name first. */
const DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1']

/**
 * Whether `fetch` is Node's own and sends by an agent of its kind: then a stream's next piece is asked for when the one before is on the wire.
 * Not in Deno and Bun, and not where a test's mock, or what traces requests, has put itself in between: that may keep the pieces.
 */
export function isNodeFetch(): boolean {
  const globals = globalThis as unknown as Record<symbol, object | undefined>
  const dispatcher = DISPATCHERS.map((name) => globals[Symbol.for(name)]).find((found) => found !== undefined)
  const isPlain = dispatcher === undefined || dispatcher.constructor.name === 'Agent'
  return isPlain && Function.prototype.toString.call(globalThis.fetch).includes('internal/deps/undici')
}
