import { createHash } from 'node:crypto'

/** @import { TestRegistry } from 'registry-api-v2-client/testing' */

const ORIGIN = 'http://registry.test'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

/**
 * Puts many repositories into a registry, each with one tag.
 *
 * @param {TestRegistry} registry
 * @param {number} count
 */
export async function addRepositories(registry, count) {
  const empty = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] })
  for (let number = 0; number < count; number++) {
    const name = `team-${number % 40}/service-${String(number).padStart(5, '0')}`
    await put(registry, name, 'latest', empty, INDEX)
  }
}

/**
 * Puts many tags into a repository, each of an image of its own.
 *
 * @param {TestRegistry} registry
 * @param {string} repository
 * @param {number} count
 */
export async function addTags(registry, repository, count) {
  const layer = await upload(registry, repository, Buffer.from('a layer'), LAYER)
  for (let number = 0; number < count; number++) {
    const created = new Date(Date.UTC(2026, 0, 1) - number * 3_600_000).toISOString()
    const config = { os: 'linux', architecture: 'amd64', created, rootfs: { type: 'layers', diff_ids: [layer.digest] } }
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: await upload(registry, repository, Buffer.from(JSON.stringify(config)), CONFIG),
      layers: [layer],
    }
    await put(registry, repository, `1.${Math.floor(number / 50)}.${number % 50}`, JSON.stringify(manifest), MANIFEST)
  }
}

/**
 * @param {TestRegistry} registry
 * @param {string} repository
 * @param {Buffer} bytes
 * @param {string} mediaType
 */
async function upload(registry, repository, bytes, mediaType) {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const url = `${ORIGIN}/v2/${repository}/blobs/uploads/?digest=${digest}`
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) }
  expectSuccess(await registry.fetch(new Request(url, { method: 'POST', headers, body: new Uint8Array(bytes) })))
  return { mediaType, digest, size: bytes.length }
}

/**
 * @param {TestRegistry} registry
 * @param {string} repository
 * @param {string} tag
 * @param {string} manifest
 * @param {string} type
 */
async function put(registry, repository, tag, manifest, type) {
  const url = `${ORIGIN}/v2/${repository}/manifests/${tag}`
  const headers = { 'content-type': type }
  expectSuccess(await registry.fetch(new Request(url, { method: 'PUT', headers, body: manifest })))
}

/** @param {Response} response */
function expectSuccess({ ok, status, url }) {
  if (!ok) throw new Error(`The registry answers with ${status} (${url}).`)
}
