/**
 * One version of a sample image.
 *
 * @typedef {object} Version
 * @property {readonly string[]} tags
 * @property {string} created RFC 3339
 * @property {number} release Which release of the program it is: later ones are a little larger.
 * @property {'signed' | 'described'} [referrers] Whether it has a signature and an SBOM, or an SBOM alone.
 */

/**
 * A sample repository. Its name says what would be in it; the files are made up.
 *
 * @typedef {object} Repository
 * @property {string} name
 * @property {'node' | 'python' | 'static'} kind
 * @property {readonly string[]} platforms
 * @property {readonly Version[]} versions
 */

const BOTH = ['linux/amd64', 'linux/arm64']
const AMD64 = ['linux/amd64']

/** @type {readonly Repository[]} */
export const REPOSITORIES = [
  {
    name: 'shop/web',
    kind: 'node',
    platforms: BOTH,
    versions: [
      { tags: ['2.0.0-rc.1'], created: '2026-11-24T15:20:00Z', release: 9 },
      { tags: ['1.10.0', '1.10', '1', 'latest'], created: '2026-11-19T09:12:00Z', release: 8, referrers: 'signed' },
      { tags: ['1.9.2', '1.9'], created: '2026-10-30T16:41:00Z', release: 7, referrers: 'signed' },
      { tags: ['1.9.1'], created: '2026-10-02T08:05:00Z', release: 6, referrers: 'signed' },
      { tags: ['1.9.0'], created: '2026-09-14T11:30:00Z', release: 5, referrers: 'described' },
      { tags: ['1.2.0'], created: '2026-03-03T10:00:00Z', release: 4 },
      { tags: ['1.1.0'], created: '2026-01-21T14:48:00Z', release: 3 },
    ],
  },
  {
    name: 'shop/api',
    kind: 'python',
    platforms: BOTH,
    versions: [
      { tags: ['3.4.1', 'latest'], created: '2026-11-25T13:02:00Z', release: 6, referrers: 'signed' },
      { tags: ['3.4.0'], created: '2026-11-11T10:15:00Z', release: 5, referrers: 'signed' },
      { tags: ['3.3.0'], created: '2026-08-19T09:40:00Z', release: 4 },
    ],
  },
  {
    name: 'shop/worker',
    kind: 'python',
    platforms: AMD64,
    versions: [
      { tags: ['3.4.1', 'latest'], created: '2026-11-25T13:04:00Z', release: 2 },
      { tags: ['3.4.0'], created: '2026-11-11T10:17:00Z', release: 1 },
    ],
  },
  {
    name: 'data/import',
    kind: 'python',
    platforms: AMD64,
    versions: [{ tags: ['0.7.0', 'latest'], created: '2026-07-08T06:55:00Z', release: 3 }],
  },
  {
    name: 'data/reports',
    kind: 'python',
    platforms: AMD64,
    versions: [{ tags: ['2026.11', 'latest'], created: '2026-11-01T04:00:00Z', release: 4 }],
  },
  {
    name: 'docs',
    kind: 'static',
    platforms: BOTH,
    versions: [{ tags: ['main'], created: '2026-11-26T18:22:00Z', release: 5 }],
  },
  {
    name: 'tools/backup',
    kind: 'static',
    platforms: BOTH,
    versions: [{ tags: ['1.3.0', 'latest'], created: '2026-06-17T12:00:00Z', release: 2, referrers: 'described' }],
  },
]

/** The moment at which the samples are looked at, so that their ages do not change. */
export const NOW = '2026-11-27T10:00:00Z'
