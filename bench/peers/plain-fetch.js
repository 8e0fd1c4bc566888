import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../plain-fetch.js', import.meta.url))

/**
 * As little as Node can do: its own `fetch` and SHA-256, one PUT a blob, no look-up, no chunks, no way back from a failure. Between it and the
 * floor is what hashing and Node cost, between it and this package what this package does.
 *
 * @type {import('../contenders.js').Contender}
 */
export const plainFetch = {
  name: 'plain-fetch',
  title: "Node's `fetch` and SHA-256, nothing else",
  isFloor: true,
  async command({ archive, url, repository }) {
    const { plainPath: path, layers, configs } = archive
    return [process.execPath, PROGRAM, JSON.stringify({ path, url, repository, blobs: [...layers, ...configs] })]
  },
}
