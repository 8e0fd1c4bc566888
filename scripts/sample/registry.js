import { readFileSync } from 'node:fs'
import { attachArtifact, push, pushImage } from 'registry-api-v2-client/node'
import { makeImage } from './image.js'
import { REPOSITORIES } from './repositories.js'

/** An image that Docker 29 built and saved, with the provenance of BuildKit. */
const BUILT = new URL('../../test/archives/docker-29.8-containerd-all-platforms.tar', import.meta.url)

/** @import { Registry } from 'registry-api-v2-client/node' */

/**
 * Fills a registry with samples: repositories in namespaces, versions, several platforms, signatures and SBOMs.
 *
 * @param {Registry} registry
 */
export async function fillWithSamples(registry) {
  for (const repository of REPOSITORIES) {
    // The oldest first, as they would have come.
    for (const version of repository.versions.toReversed()) {
      const image = await makeImage(repository, version)
      const digest = await pushImage(image, registry, repository.name, version.tags[0], { tags: version.tags.slice(1) })
      if (version.referrers) await describe(registry, repository.name, digest, version.created)
      if (version.referrers === 'signed') await sign(registry, repository.name, digest, version.created)
    }
  }
  await push(readFileSync(BUILT), registry, { repository: 'samples/hello', tag: '1.0' })
}

/**
 * @param {Registry} registry
 * @param {string} repository
 * @param {string} digest
 * @param {string} created
 */
async function describe(registry, repository, digest, created) {
  const sbom = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: repository,
    creationInfo: { created, creators: ['Tool: sample'] },
    packages: ['busybox', 'libc', 'libcrypto'].map((name) => ({ SPDXID: `SPDXRef-${name}`, name, versionInfo: '1.0' })),
  }
  const data = Buffer.from(JSON.stringify(sbom, null, 2))
  const files = [{ title: 'sbom.spdx.json', data, mediaType: 'application/spdx+json' }]
  const annotations = { 'org.opencontainers.image.created': created }
  await attachArtifact(registry, repository, digest, files, { artifactType: 'application/spdx+json', annotations })
}

/**
 * A signature by its form alone: nobody's key made it.
 *
 * @param {Registry} registry
 * @param {string} repository
 * @param {string} digest
 * @param {string} created
 */
async function sign(registry, repository, digest, created) {
  const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const bundle = { mediaType: artifactType, messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest } } }
  const data = Buffer.from(JSON.stringify(bundle))
  const annotations = {
    'org.opencontainers.image.created': created,
    'dev.sigstore.bundle.content': 'message-signature',
    'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
  }
  await attachArtifact(registry, repository, digest, [{ title: 'bundle.json', data, mediaType: artifactType }], {
    artifactType,
    annotations,
  })
}
