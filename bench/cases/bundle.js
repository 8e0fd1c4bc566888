import { bundleCore } from '../bundle.js'

const TITLE = 'the portable entry with its dependencies, minified and gzipped'

/**
 * What a page loads before it can push: no time, but bytes.
 *
 * @type {import('./index.js').Case}
 */
export const bundleCase = {
  name: 'bundle',
  title: TITLE,
  async run() {
    const { bytes, entry } = await bundleCore()
    return { title: TITLE, bytes, contenders: {}, parts: entry.parts }
  },
}
