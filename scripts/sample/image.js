import { createHash } from 'node:crypto'
import { appendLayer, createImage, createIndex, editImage } from 'registry-api-v2-client/node'

/** @import { Repository, Version } from './repositories.js' */
/** @import { Image } from 'registry-api-v2-client/node' */

const MB = 1_000_000
const FAST = /** @type {const} */ ({ format: 'gzip', level: 1 })
const BASE_DATE = '2025-12-01T00:00:00Z'

/**
 * Makes one version of a sample image, for each of its platforms. Layers of the same platform and kind are the same in
 * all versions and repositories.
 *
 * @param {Repository} repository
 * @param {Version} version
 */
export async function makeImage({ name, kind, platforms }, { created, release, tags }) {
  const labels = { 'org.opencontainers.image.title': name, 'org.opencontainers.image.version': tags[0] ?? '' }
  /** @type {Image[]} */
  const images = []
  for (const platform of platforms) {
    let image = await makeBase(kind, platform)
    for (const { createdBy, files } of PARTS[kind].layers({ name, platform, release })) {
      image = await appendLayer(image, files, { createdBy, created, compress: FAST })
    }
    images.push(await editImage(image, { labels }))
  }
  return images.length === 1 && images[0] ? images[0] : createIndex(images, { annotations: labels })
}

/** @type {Map<string, Promise<Image>>} */
const bases = new Map()

/**
 * What images of a kind have in common, made once.
 *
 * @param {Repository['kind']} kind
 * @param {string} platform
 */
function makeBase(kind, platform) {
  const known = bases.get(kind + platform)
  if (known) return known
  const { base, config } = PARTS[kind]
  const content = { layers: base(platform), config, platform, created: BASE_DATE }
  const image = createImage(content, { compress: FAST })
  bases.set(kind + platform, image)
  return image
}

/**
 * What the layers are made for.
 *
 * @typedef {object} Purpose
 * @property {string} name
 * @property {string} platform
 * @property {number} release
 */

/** @param {string} platform */
const system = (platform) => ({
  createdBy: '/bin/sh -c #(nop) ADD file:base.tar in /',
  files: {
    'bin/busybox': program(`busybox ${platform}`, 1.1 * MB),
    'bin/sh': { link: 'busybox' },
    'etc/os-release': 'NAME="Sample Linux"\nID=sample\nVERSION_ID=1\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n',
    'etc/ssl/certs/ca-certificates.crt': bytes('certificates', 0.2 * MB),
    'lib/libc.so': program(`libc ${platform}`, 3.4 * MB),
    'lib/libcrypto.so': program(`libcrypto ${platform}`, 2.6 * MB),
  },
})

/**
 * The layers and the config of a kind of image.
 *
 * @typedef {object} Parts
 * @property {(platform: string) => any[]} base The layers that all its images have.
 * @property {(purpose: Purpose) => any[]} layers
 * @property {object} config
 */

/** @type {Record<Repository['kind'], Parts>} */
const PARTS = {
  node: {
    base: (platform) => [
      system(platform),
      {
        createdBy: 'RUN /bin/sh -c apk add --no-cache nodejs # buildkit',
        files: {
          'usr/bin/node': program(`node ${platform}`, 9.2 * MB),
          'usr/lib/libuv.so.1': program(`libuv ${platform}`, 0.4 * MB),
        },
      },
    ],
    layers: ({ name, release }) => [
      {
        createdBy: 'COPY package.json package-lock.json ./ # buildkit',
        files: { 'app/package.json': JSON.stringify({ name, version: `1.${release}.0`, type: 'module' }, null, 2) },
      },
      {
        createdBy: 'RUN /bin/sh -c npm ci --omit=dev # buildkit',
        files: {
          'app/node_modules/.package-lock.json': '{}\n',
          'app/node_modules/preact/dist/preact.mjs': bytes(`preact ${release >> 2}`, 0.1 * MB),
          'app/node_modules/undici/index.js': bytes(`undici ${release >> 2}`, (1.2 + (release >> 2) / 5) * MB),
        },
      },
      {
        createdBy: 'COPY dist ./dist # buildkit',
        files: {
          'app/dist/index.html': '<!doctype html>\n<title>Shop</title>\n',
          'app/dist/assets/index.js': bytes(`web ${release}`, (0.5 + release / 40) * MB),
          'app/dist/assets/index.css': bytes(`css ${release}`, 0.06 * MB),
          'app/dist/server.js': bytes(`server ${release}`, 0.1 * MB),
        },
      },
    ],
    config: {
      entrypoint: ['node'],
      cmd: ['dist/server.js'],
      env: { NODE_ENV: 'production', PORT: '8080' },
      exposedPorts: ['8080/tcp'],
      workingDir: '/app',
      user: '1000',
    },
  },
  python: {
    base: (platform) => [
      system(platform),
      {
        createdBy: 'RUN /bin/sh -c apk add --no-cache python3 # buildkit',
        files: {
          'usr/bin/python3': program(`python ${platform}`, 5.1 * MB),
          'usr/lib/python3.13/os.py': bytes('os.py', 0.04 * MB),
          'usr/lib/python3.13/json/decoder.py': bytes('decoder', 0.02 * MB),
        },
      },
    ],
    layers: ({ name, platform, release }) => [
      {
        createdBy: 'RUN /bin/sh -c pip install --no-cache-dir -r requirements.txt # buildkit',
        files: {
          'usr/lib/python3.13/site-packages/orjson.so': program(`orjson ${platform} ${release >> 1}`, 2.2 * MB),
        },
      },
      {
        createdBy: 'COPY src ./ # buildkit',
        files: {
          'app/main.py': `print("${name}")\n`,
          'app/models.py': bytes(`${name} ${release}`, (0.2 + release / 50) * MB),
        },
      },
    ],
    config: {
      entrypoint: ['python3', '-m', 'app.main'],
      env: { PYTHONUNBUFFERED: '1' },
      exposedPorts: ['8000/tcp'],
      workingDir: '/app',
      user: '1000',
    },
  },
  static: {
    base: () => [
      {
        createdBy: 'COPY /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ # buildkit',
        files: { 'etc/ssl/certs/ca-certificates.crt': bytes('certificates', 0.2 * MB) },
      },
    ],
    layers: ({ name, platform, release }) => [
      {
        createdBy: 'COPY /out/ /bin/ # buildkit',
        files: { 'bin/main': program(`${name} ${platform} ${release}`, (3 + release / 3) * MB) },
      },
    ],
    config: { entrypoint: ['/bin/main'], user: '65532' },
  },
}

/**
 * @param {string} seed
 * @param {number} size In bytes.
 */
const program = (seed, size) => ({ content: bytes(seed, size), mode: 0o755 })

/**
 * Bytes that look random, and are the same for the same seed: half of a program hardly packs.
 *
 * @param {string} seed
 * @param {number} size
 */
function bytes(seed, size) {
  const noise = createHash('shake256', { outputLength: Math.round(size / 2) })
    .update(seed)
    .digest()
  return Buffer.concat([noise, Buffer.alloc(Math.round(size) - noise.length, seed)])
}
