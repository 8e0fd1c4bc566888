import { bundleCore, bundlePush, loadedByPush } from '../bundle.js'

const TITLE = 'the portable entry with its dependencies, minified and gzipped'

/**
 * What a page loads before it can push, and what until it has: no time, but bytes.
 *
 * @type {import('./index.js').Case}
 */
export const bundleCase = {
  name: 'bundle',
  title: TITLE,
  async run() {
    const core = await bundleCore()
    const push = await bundlePush()
    const later = await loadedByPush(push)
    const loads = {
      'all of `.`, at once': core.bytes,
      '`pushDockerTar` alone, at once': push.bytes,
      'the same, in all, once it has pushed what `docker save` writes today to a registry without a sign-in':
        push.bytes + later.reduce((sum, { bytes }) => sum + bytes, 0),
    }
    return { title: TITLE, bytes: core.bytes, contenders: {}, loads, parts: core.parts }
  },
}
