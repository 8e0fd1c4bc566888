import { medianOf, ratioOf, roundTripsOf } from './figures.js'

/**
 * What is aimed at.
 *
 * @typedef {object} Target
 * @property {string} what
 * @property {number} limit
 * @property {(value: number) => string} format
 * @property {(cases: import('./results.js').Results['cases']) => number | undefined} measured Nothing, where its case has not run.
 */

/**
 * A target beside what was measured.
 *
 * @typedef {object} Outcome
 * @property {string} what
 * @property {string} limit
 * @property {string} measured
 * @property {'met' | 'not met' | 'not measured'} verdict
 */

/** @param {number} value */
const plain = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2))
/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`

/** @type {readonly Target[]} */
const TARGETS = [
  {
    what: 'Node push of 1.45 GB: time against the floor of `curl`',
    limit: 1.1,
    format: plain,
    measured: (cases) => ratioOf(cases['node-large'], 'sdk', 'curl'),
  },
  {
    what: 'the same: time against the Python library',
    limit: 0.75,
    format: plain,
    measured: (cases) => ratioOf(cases['node-large'], 'sdk', 'python'),
  },
  {
    what: 'the same: peak memory',
    limit: 130e6,
    format: megabytes,
    measured: (cases) => medianOf(cases['node-large'], 'sdk', 'peakBytes'),
  },
  {
    what: "the same with `hashing: 'when-needed'`: time against the floor of `curl`",
    limit: 1.05,
    format: plain,
    measured: (cases) => ratioOf(cases['node-large'], 'sdk-when-needed', 'curl'),
  },
  {
    what: "the same: CPU against `hashing: 'always'`",
    limit: 0.5,
    format: plain,
    measured: (cases) => cpuRatioOf(cases['node-large'], 'sdk-when-needed', 'sdk'),
  },
  {
    what: 'Node push of 8 GB: peak memory',
    limit: 130e6,
    format: megabytes,
    measured: (cases) => medianOf(cases['node-8g'], 'sdk', 'peakBytes'),
  },
  {
    what: 'an image that is present: bytes of layers read',
    limit: 0,
    format: plain,
    measured: (cases) => cases.present?.contenders.sdk?.counts?.layerBytesRead,
  },
  {
    what: 'the same: requests beyond one a layer',
    limit: 3,
    format: plain,
    measured: ({ present }) => difference(present?.contenders.sdk?.counts?.requests, present?.layers),
  },
  {
    what: 'Node push of 200 layers of 1 MB: time against the floor of `curl`',
    limit: 1.5,
    format: plain,
    measured: (cases) => ratioOf(cases['many-layers'], 'sdk', 'curl'),
  },
  {
    what: '20 small layers over a link of 50 ms: round trips beyond the bytes',
    limit: 6,
    format: plain,
    measured: (cases) => roundTripsOf(cases['slow-link'], 'sdk'),
  },
  {
    what: 'push of 1.45 GB, compressed by zstd: time against `skopeo copy`, which uses gzip',
    limit: 0.9,
    format: plain,
    measured: ({ compress }) => ratioOf(compress, 'sdk-zstd', 'skopeo'),
  },
  {
    what: 'the same, compressed by gzip',
    limit: 0.9,
    format: plain,
    measured: ({ compress }) => ratioOf(compress, 'sdk-gzip', 'skopeo'),
  },
  {
    what: 'Node pull of 1.45 GB to a file: time against `curl`, which does not hash',
    limit: 1.15,
    format: plain,
    measured: (cases) => ratioOf(cases['pull-node'], 'sdk', 'curl'),
  },
  {
    what: 'the same: peak memory',
    limit: 130e6,
    format: megabytes,
    measured: (cases) => medianOf(cases['pull-node'], 'sdk', 'peakBytes'),
  },
  {
    what: 'Node copy of 1.45 GB between two registries: peak memory',
    limit: 150e6,
    format: megabytes,
    measured: (cases) => medianOf(cases['copy-node'], 'sdk', 'peakBytes'),
  },
  {
    what: 'copy of an image that is present: requests',
    limit: 2,
    format: plain,
    measured: (cases) => cases['copy-present']?.contenders.sdk?.counts?.requests,
  },
  {
    what: 'Chromium push of 1.45 GB: time against plain `fetch`',
    limit: 1.2,
    format: plain,
    measured: ({ chromium }) => ratioOf(chromium, 'sdk', 'fetch'),
  },
  {
    what: "the same with `hashing: 'when-needed'`",
    limit: 1.1,
    format: plain,
    measured: ({ chromium }) => ratioOf(chromium, 'when-needed', 'fetch'),
  },
  {
    what: 'Chromium push of 4 GB: JS heap',
    limit: 150e6,
    format: megabytes,
    measured: (cases) => medianOf(cases['chromium-4g'], 'sdk', 'heapBytes'),
  },
  {
    what: 'Chromium pull of 1.45 GB to a file: JS heap',
    limit: 100e6,
    format: megabytes,
    measured: (cases) => medianOf(cases['chromium-pull'], 'sdk', 'heapBytes'),
  },
  {
    what: 'opening an archive of 50,000 entries of 700 bytes',
    limit: 0.3,
    format: (seconds) => `${(seconds * 1000).toFixed(0)} ms`,
    measured: ({ index }) => medianOf(index, 'sdk', 'seconds'),
  },
  {
    what: 'the bundle of the portable entry',
    limit: 25_000,
    format: (bytes) => `${(bytes / 1000).toFixed(1)} kB`,
    measured: ({ bundle }) => bundle?.bytes,
  },
  {
    what: '`pushDockerTar` alone, at once in a page',
    limit: 32_000,
    format: (bytes) => `${(bytes / 1000).toFixed(1)} kB`,
    measured: ({ bundle }) => bundle?.loads?.['`pushDockerTar` alone, at once'],
  },
]

/**
 * Holds what was measured against what is aimed at.
 *
 * @param {import('./results.js').Results} results
 * @returns {readonly Outcome[]}
 */
export function judge({ cases }) {
  return TARGETS.map(({ what, limit, format, measured }) => {
    const value = measured(cases)
    return {
      what,
      limit: limit === 0 ? '0' : `at most ${format(limit)}`,
      measured: value === undefined ? '–' : format(value),
      verdict: value === undefined ? 'not measured' : value <= limit ? 'met' : 'not met',
    }
  })
}

/**
 * @param {number | undefined} value
 * @param {number | undefined} other
 */
function difference(value, other) {
  return value === undefined || other === undefined ? undefined : value - other
}

/**
 * The CPU time of one contender against that of another.
 *
 * @param {import('./results.js').CaseResult | undefined} result
 * @param {string} contender
 * @param {string} other
 */
function cpuRatioOf(result, contender, other) {
  const [one, against] = [contender, other].map((name) => medianOf(result, name, 'cpuSeconds'))
  return one === undefined || !against ? undefined : one / against
}
