import type { ArchiveFormat, Digest } from '../../src/index.ts'
import { createTestArchive, type TestImage } from '../../src/testing/index.ts'
import { changedArchive, readJson } from './archive-files.ts'
import { blobPath, createLayout, withName, withPlatform } from './layout.ts'
import { gzip } from './packing.ts'
import { rawTar } from './tar.ts'

/** What one producer writes, made byte by byte as it does, and what has to be found in it. */
export interface Producer {
  readonly producer: string
  readonly versions: string
  readonly format: ArchiveFormat
  readonly make: () => Promise<Uint8Array<ArrayBuffer>>
  /** Of each image: its names, its bare tags, its platforms. */
  readonly images: ReadonlyArray<readonly [names: string[], tags: string[], platforms: string[]]>
}

const NAME = 'team/app:v1'
const AMD64 = 'linux/amd64'
const ARM64 = 'linux/arm64'

/** One row each: what no tool of Debian's writes, and what one does, in the smallest form. */
export const PRODUCERS: readonly Producer[] = [
  {
    producer: 'docker save',
    versions: '1.0 to 1.9',
    format: 'docker-v1',
    images: [[[NAME], [], [AMD64]]],
    make: async () => {
      const layer = (text: string) => rawTar([{ name: text, data: text }])
      const json = (id: string, rest: object) => JSON.stringify({ id, ...V1, ...rest })
      return rawTar([
        { name: 'repositories', data: '{"team/app":{"v1":"bbb"}}' },
        { name: 'aaa/VERSION', data: '1.0' },
        { name: 'aaa/json', data: json('aaa', { container_config: { Cmd: ['/bin/sh', '-c', 'echo a > <b>'] } }) },
        { name: 'aaa/layer.tar', data: layer('a') },
        { name: 'bbb/VERSION', data: '1.0' },
        { name: 'bbb/json', data: json('bbb', { parent: 'aaa', author: 'us', config: { Cmd: ['/b'] } }) },
        { name: 'bbb/layer.tar', data: layer('b') },
      ])
    },
  },
  {
    producer: 'docker save',
    versions: '1.10 to 24',
    format: 'docker',
    images: [
      [[NAME, 'team/app:latest'], [], [AMD64]],
      [['other:v2'], [], [ARM64]],
    ],
    make: () =>
      createTestArchive({
        layout: 'docker-24',
        images: [{ names: [NAME, 'team/app:latest'] }, { names: ['other:v2'], architecture: 'arm64' }],
      }),
  },
  {
    producer: 'docker save, docker buildx --output type=docker',
    versions: '25 and later',
    format: 'oci',
    images: [[[NAME], [], [AMD64]]],
    make: () => createTestArchive({ layout: 'docker-25', images: [{ names: [NAME] }] }),
  },
  {
    producer: 'docker save of the containerd store',
    versions: '25 and later',
    format: 'oci',
    images: [[[`docker.io/${NAME}`], [], [AMD64, 'linux/arm64/v8']]],
    make: async () => {
      const { layout, index } = await multiPlatform()
      layout.list({ ...index, annotations: { [CONTAINERD_NAME]: `docker.io/${NAME}`, [REF_NAME]: 'v1' } })
      return layout.tar()
    },
  },
  {
    producer: 'docker buildx --output type=oci',
    versions: '0.10 and later',
    format: 'oci',
    images: [[[`docker.io/${NAME}`], [], [AMD64, 'linux/arm64/v8']]],
    make: async () => {
      const { layout, index } = await multiPlatform()
      const created = { 'org.opencontainers.image.created': '1970-01-01T00:00:00Z' }
      layout.list({ ...index, annotations: { [CONTAINERD_NAME]: `docker.io/${NAME}`, ...created, [REF_NAME]: 'v1' } })
      return layout.tar()
    },
  },
  {
    producer: 'podman save, buildah, skopeo (docker-archive)',
    versions: '3 and later',
    format: 'docker',
    images: [[[NAME], [], [AMD64]]],
    make: () =>
      flattened(
        (hex) => `${hex}.tar`,
        (hex) => `${hex}.json`,
      ),
  },
  {
    producer: 'podman save, buildah, skopeo (oci-archive), umoci',
    versions: '3 and later; 0.4',
    format: 'oci',
    images: [[[], ['v1'], [AMD64]]],
    make: async () => {
      const layout = createLayout()
      layout.list(withName(await layout.addImage(), 'v1'))
      return layout.tar('./')
    },
  },
  {
    producer: 'kaniko --tarPath, crane pull',
    versions: '1; 0.1 and later',
    format: 'docker',
    images: [[[NAME], [], [AMD64]]],
    make: () =>
      flattened(
        (hex) => `${hex}.tar.gz`,
        (hex) => `sha256:${hex}`,
        gzip,
      ),
  },
  {
    producer: 'skopeo (dir), also in a tar',
    versions: '1',
    format: 'dir',
    images: [[[], [], [AMD64, 'linux/arm64/v8']]],
    make: async () => {
      const { layout, index } = await multiPlatform()
      const files = [...layout.files].flatMap(([path, data]) => {
        const hex = /^blobs\/sha256\/(.*)$/.exec(path)?.[1]
        const isIndex = path === blobPath(index.digest)
        const isManifest = data instanceof Uint8Array && new TextDecoder().decode(data).includes('"layers"')
        if (hex === undefined) return [{ name: 'version', data: 'Directory Transport Version: 1.1\n' }]
        return [{ name: isIndex ? 'manifest.json' : `${hex}${isManifest ? '.manifest.json' : ''}`, data }]
      })
      return rawTar(files.map(({ name, data }) => ({ name: `image/${name}`, data })))
    },
  },
  {
    producer: 'nix, dockerTools',
    versions: '20.09 and later',
    format: 'docker',
    images: [[[NAME], [], [AMD64]]],
    make: () =>
      flattened(
        (hex) => `${hex}/layer.tar`,
        (hex) => `${hex}.json`,
      ),
  },
  {
    producer: 'bazel, rules_oci',
    versions: '1 and later',
    format: 'docker',
    // A file of tags that ends with a line break gives an empty one, which no push goes by.
    images: [[[NAME, ''], [], [AMD64]]],
    make: () =>
      flattened(
        (hex) => `blobs/sha256/${hex}.tar.gz`,
        (hex) => `blobs/sha256/${hex}`,
        gzip,
        [NAME, ''],
      ),
  },
  {
    producer: 'oras, a layout of artifacts',
    versions: '1',
    format: 'oci',
    images: [
      [[], ['v1'], [AMD64]],
      [[], [], []],
    ],
    make: async () => {
      const layout = createLayout()
      const image = await layout.addImage()
      const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
      const layer = await layout.add('text/plain', 'a list of what is in it')
      const artifact = await layout.add(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        artifactType: 'application/spdx+json',
        config: { ...config, data: 'e30=' },
        layers: [layer],
        subject: image,
      })
      layout.files.delete(blobPath(config.digest))
      layout.list(withName(image, 'v1'), { ...artifact })
      return layout.tar()
    },
  },
]

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONTAINERD_NAME = 'io.containerd.image.name'
const REF_NAME = 'org.opencontainers.image.ref.name'
const V1 = { created: '2015-09-01T12:00:00.5Z', docker_version: '1.9.1', architecture: 'amd64', os: 'linux', Size: 5 }

/** An index of two platforms with an attestation, as BuildKit makes them. */
export async function multiPlatform() {
  const layout = createLayout()
  const amd64 = await layout.addImage()
  const arm64 = await layout.addImage({ architecture: 'arm64' })
  const attestation = await layout.addImage({ text: 'in-toto', os: 'unknown', architecture: 'unknown' })
  const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': amd64.digest }
  const index = await layout.addIndex([
    withPlatform(amd64, AMD64),
    withPlatform(arm64, 'linux/arm64/v8'),
    withPlatform(attestation, 'unknown/unknown', about),
  ])
  return { layout, index, amd64, arm64, attestation }
}

/**
 * What `docker save` writes of an image that was pulled, since Docker 29 keeps it in containerd's store: an index that lists a manifest and an
 * attestation for each platform. Only the manifests of the platforms that were pulled are there, and `manifest.json` names the first.
 */
export async function pulledPlatforms(here: readonly string[], absent: readonly string[], layout = createLayout()) {
  const images: Record<string, Digest> = {}
  const platforms: object[] = []
  const attestations: object[] = []
  for (const architecture of [...here, ...absent]) {
    const { addImage } = here.includes(architecture) ? layout : createLayout()
    const image = await addImage({ text: 'alpine', architecture })
    const attestation = await createLayout().addImage({ text: image.digest, os: 'unknown', architecture: 'unknown' })
    const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image.digest }
    platforms.push(withPlatform(image, `linux/${architecture}`))
    attestations.push(withPlatform(attestation, 'unknown/unknown', about))
    images[architecture] = image.digest
  }
  const index = await layout.addIndex([...platforms, ...attestations] as Array<Readonly<Record<string, unknown>>>)
  layout.list({ ...index, annotations: { [CONTAINERD_NAME]: 'docker.io/library/alpine:3.22', [REF_NAME]: '3.22' } })
  const [first] = here
  const bytes = first && layout.files.get(blobPath(images[first] as Digest))
  if (bytes) {
    const { config, layers } = JSON.parse(new TextDecoder().decode(bytes as Uint8Array))
    const Layers = layers.map(({ digest }: { digest: Digest }) => blobPath(digest))
    const entry = { Config: blobPath(config.digest), RepoTags: ['alpine:3.22'], Layers }
    layout.files.set('manifest.json', JSON.stringify([entry]))
  }
  return { layout, index, images }
}

/** An archive with a `manifest.json` whose files have names of another fashion. */
export function flattened(
  layerName: (hex: string) => string,
  configName: (hex: string) => string,
  pack: (bytes: Uint8Array) => Promise<Uint8Array> = async (bytes) => bytes,
  names: readonly string[] = [NAME],
  layers?: TestImage['layers'],
): Promise<Uint8Array<ArrayBuffer>> {
  return changedArchive(
    { layout: 'docker-25', images: [{ names: [NAME], ...(layers && { layers }) }] },
    async (files) => {
      const [entry] = readJson(files, 'manifest.json')
      const blobs = [...files].filter(([name]) => name.startsWith('blobs/'))
      files.clear()
      const layers = []
      for (const [path, data] of blobs) {
        if (path === entry.Config) files.set(configName(path.slice('blobs/sha256/'.length)), data)
      }
      for (const path of entry.Layers as string[]) {
        const layout = createLayout()
        const { digest } = await layout.add('', await pack(new Map(blobs).get(path) as Uint8Array))
        const name = layerName(digest.slice('sha256:'.length))
        files.set(name, layout.files.get(blobPath(digest)) as Uint8Array)
        layers.push(name)
      }
      const Config = configName((entry.Config as string).slice('blobs/sha256/'.length))
      files.set('manifest.json', JSON.stringify([{ Config, RepoTags: names, Layers: layers }]))
    },
  ) as Promise<Uint8Array<ArrayBuffer>>
}
