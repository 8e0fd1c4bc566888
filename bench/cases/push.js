import { installedVersion } from '../installed.js'
import { pushCase } from './push-case.js'

/** @type {readonly import('../contenders.js').ContenderName[]} */
const EVERYBODY = ['sdk', 'curl', 'python', 'skopeo', 'crane', 'docker']
const MB = 1_000_000

/**
 * @param {string} seed
 * @param {number} count
 * @param {number} bytes Of each.
 * @param {import('../layer.js').LayerSpec['kind']} [kind]
 */
function layers(seed, count, bytes, kind = 'noise') {
  return Array.from({ length: count }, (_, index) => ({ seed: `${seed} ${index}`, bytes: Math.round(bytes), kind }))
}

/**
 * An archive of one image.
 *
 * @param {readonly import('../layer.js').LayerSpec[]} layers
 * @param {Partial<import('../archives.js').ArchiveSpec>} [more]
 * @returns {import('../archives.js').ArchiveSpec}
 */
function oneImage(layers, more) {
  return { format: 'docker-25', images: [{ name: 'bench/app:v1', layers }], ...more }
}

/** @param {number} scale */
export const largeImage = (scale) => oneImage(layers('large', 5, 290 * MB * scale, 'mixed'))
/** @param {number} scale */
export const oneLayer = (scale) => oneImage(layers('one', 1, 4000 * MB * scale))

/** @param {number} scale */
const installedImage = (scale) => oneImage(layers(`installed ${installedVersion()}`, 5, 290 * MB * scale, 'installed'))

/** Every case in which Node pushes an archive. */
export const PUSH_CASES = [
  pushCase({
    name: 'node-large',
    title: '1.45 GB in 5 layers',
    archive: largeImage,
    contenders: [...EVERYBODY, 'sdk-when-needed', 'plain-fetch'],
  }),
  pushCase({
    name: 'many-layers',
    title: '200 layers of 1 MB',
    archive: (scale) => oneImage(layers('many', 200, MB * scale, 'mixed')),
    // Docker refuses more than 127 layers.
    contenders: ['sdk', 'curl', 'python', 'skopeo', 'crane'],
  }),
  pushCase({
    name: 'one-layer',
    title: 'one layer of 4 GB',
    archive: oneLayer,
    // The others compress it, for minutes, or keep it whole in memory.
    contenders: ['sdk', 'curl'],
  }),
  pushCase({
    name: 'present',
    title: '1.45 GB that the registry has already',
    archive: largeImage,
    contenders: ['sdk', 'python', 'skopeo', 'crane', 'docker'],
    isPresent: true,
  }),
  pushCase({
    name: 'legacy',
    title: '1.45 GB as Docker 1.10 to 24 saved it',
    archive: (scale) => ({ ...largeImage(scale), format: 'docker-1.10' }),
    contenders: ['sdk', 'curl', 'python'],
  }),
  pushCase({
    name: 'gzip',
    title: '290 MB in 2 layers, the archive packed by gzip',
    archive: (scale) => oneImage(layers('packed', 2, 145 * MB * scale, 'mixed'), { packing: 'gzip' }),
    contenders: ['sdk', 'curl', 'skopeo'],
  }),
  pushCase({
    name: 'compress',
    title: '1.45 GB of what npm has installed, in 5 layers that are compressed on their way',
    archive: installedImage,
    contenders: ['sdk-zstd', 'sdk-gzip', 'skopeo'],
    floor: 'skopeo',
  }),
  pushCase({
    name: 'parallel-images',
    title: '10 images with 4 layers of 30 MB in common and one of 15 MB each, all at once',
    archive: (scale) => ({
      format: 'docker-25',
      images: Array.from({ length: 10 }, (_, index) => ({
        name: `bench/app-${index}:v1`,
        layers: [...layers('common', 4, 30 * MB * scale), ...layers(`own ${index}`, 1, 15 * MB * scale)],
      })),
    }),
    contenders: ['sdk', 'curl'],
    isAll: true,
  }),
  pushCase({
    name: 'slow-link',
    title: '20 layers of 100 kB over a link of 50 ms and 100 Mbit/s',
    archive: (scale) => oneImage(layers('small', 20, (MB / 10) * scale)),
    contenders: ['sdk', 'curl', 'python', 'skopeo', 'crane'],
    link: { roundTrip: 50, bitsPerSecond: 100_000_000 },
  }),
  pushCase({
    name: 'node-8g',
    title: '8 GB in 8 layers',
    archive: (scale) => oneImage(layers('huge', 8, 1000 * MB * scale)),
    contenders: ['sdk'],
    isOnlyNamed: true,
    rounds: 1,
  }),
]
