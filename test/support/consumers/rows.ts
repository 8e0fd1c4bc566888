import { expect, inject } from 'vitest'
import {
  type ConfiguredImage,
  type Image,
  type OpenImageOptions,
  openArchive,
  openImage,
  type SaveLayoutOptions,
} from '../../../src/node/index.ts'
import { addAttestationArtifact, addAttestationImage, ELSEWHERE, HERE, THERE } from '../packed-images.ts'
import { type PublishedImage, type PublishOptions, publishImage, unique } from '../published-image.ts'
import type { TakenImage } from './consumer.ts'
import type { ConsumerName } from './index.ts'

/** Images to write, for tools to take: a row of the table in docs/pull-and-copy.md. */
export interface Row {
  readonly what: string
  readonly open: () => Promise<Opened>
  /** True if writing makes a new manifest. @default false */
  readonly isRemade?: boolean
  /** The format of the tar. There is no such folder. @default none */
  readonly format?: 'docker' | 'oci'
  /** The message of a tool that does not take it. */
  readonly refused?: Readonly<Partial<Record<ConsumerName, RegExp>>>
  /** The tools that take it, but list no image. */
  readonly dropped?: readonly ConsumerName[]
}

/** Images of the registry, and how to write them. */
export interface Opened {
  readonly images: readonly Image[]
  readonly options?: SaveLayoutOptions
  /** What tools have to find. */
  readonly expected: readonly ExpectedImage[]
  close?(): Promise<void>
}

type ExpectedImage = Required<TakenImage>

const publish = (options?: PublishOptions) => publishImage(inject('registryUrl'), options)

const open = ({ repository, tag }: PublishedImage, options?: OpenImageOptions) =>
  openImage(inject('registryUrl'), repository, tag, options)

/** Opens one image whole. */
const whole =
  (publishing: PublishOptions, options: SaveLayoutOptions = {}) =>
  async () => {
    const app = await publish(publishing)
    return { images: [await open(app)], options, expected: [app] }
  }

/** Opens the only image of an archive that a real tool wrote. */
const saved = (name: string) => async () => {
  const archive = await openArchive(`test/archives/${name}.tar`)
  const [root] = archive.images
  const image = [root, ...(root?.children ?? [])].find((image) => image?.kind === 'image')
  const { config, configuration } = image as ConfiguredImage
  const expected = { digest: '', config: config.digest, diffIds: configuration.diffIds }
  // Docker saves short names.
  const names = archive.images.flatMap(({ names }) =>
    names.map((name) => name.replace(/^(?!docker\.io\/)/, 'docker.io/')),
  )
  return { images: archive.images, expected: names.map((name) => ({ name, ...expected })), close: archive.close }
}

/** With `--digests`, containerd before 2 unpacks all that `index.json` lists. */
const UNPACKS_SIGNATURES = /mismatched image rootfs|no processor for media-type/

export const ROWS: readonly Row[] = [
  { what: 'an image', open: whole({}) },
  {
    what: 'an image with media types of Docker',
    open: whole({ kind: 'docker' }),
    refused: {
      skopeoOciArchive: /no descriptor found for reference/,
      skopeoOci: /no descriptor found for reference/,
    },
  },
  { what: 'plain layers', open: whole({ packing: 'plain' }) },
  { what: 'layers in zstd', open: whole({ packing: 'zstd' }), refused: { docker: /invalid tar header/ } },
  {
    what: "layers in zstd, made plain ({ decompress: 'zstd' })",
    open: whole({ packing: 'zstd' }, { decompress: 'zstd' }),
    isRemade: true,
  },
  {
    what: "plain layers, compressed ({ compress: 'gzip' })",
    open: whole({ packing: 'plain' }, { compress: 'gzip' }),
    isRemade: true,
  },
  { what: 'all platforms', open: whole({ others: [THERE, ELSEWHERE] }) },
  {
    what: 'all platforms with media types of Docker',
    open: whole({ kind: 'docker', others: [THERE, ELSEWHERE] }),
    refused: {
      skopeoOciArchive: /no descriptor found for reference/,
      skopeoOci: /no descriptor found for reference/,
    },
  },
  {
    what: 'all platforms with an attestation that is an image',
    open: whole({ others: [THERE], attest: addAttestationImage }),
  },
  {
    what: 'all platforms with an attestation that is an artifact',
    open: whole({ others: [THERE], attest: addAttestationArtifact }),
  },
  {
    what: 'one platform of an index',
    async open() {
      const multi = await publish({ others: [THERE], attest: addAttestationImage })
      return { images: [await open(multi, { platform: HERE })], expected: [{ ...multi, digest: multi.image }] }
    },
  },
  {
    what: 'some platforms of an index',
    async open() {
      const multi = await publish({ others: [THERE, ELSEWHERE], attest: addAttestationImage })
      const opened = await open(multi, { platforms: [HERE, THERE] })
      expect(opened.children.length).toBe(3)
      return { images: [opened], expected: [{ ...multi, digest: opened.manifest.digest }] }
    },
  },
  {
    what: 'an image with its referrers',
    async open() {
      const app = await publish({ isSigned: true })
      const opened = await open(app, { referrers: true })
      expect(opened.referrers.length).toBe(2)
      return { images: [opened], expected: [app] }
    },
    refused: { skopeoWithoutTag: /more than one image/, kind: UNPACKS_SIGNATURES },
  },
  {
    what: 'all platforms with their referrers',
    async open() {
      const multi = await publish({ isSigned: true, others: [THERE] })
      const opened = await open(multi, { referrers: true })
      expect([opened.referrers.length, opened.children[0]?.referrers.length]).toEqual([1, 1])
      return { images: [opened], expected: [multi] }
    },
    refused: { skopeoWithoutTag: /more than one image/, kind: UNPACKS_SIGNATURES },
  },
  {
    what: 'two images',
    async open() {
      const [app, base] = [await publish(), await publish({ tag: 'v2', others: [THERE] })]
      return { images: [await open(app), await open(base)], expected: [app, base] }
    },
    refused: { skopeoWithoutTag: /more than one image/, crane: /only a single image/ },
  },
  {
    what: 'two names of one image',
    async open() {
      const app = await publish()
      const again = { ...app, name: `${app.name}-again` }
      return { images: [await open(app)], options: { names: [app.name, again.name] }, expected: [app, again] }
    },
    refused: { skopeoWithoutTag: /more than one image/ },
  },
  {
    what: 'an image without a name',
    async open() {
      const app = await publish()
      return { images: [await open({ ...app, tag: app.digest })], expected: [{ ...app, name: undefined }] }
    },
    dropped: ['ctr', 'ctr2'],
  },
  {
    what: 'a name of Docker Hub',
    async open() {
      const [app, name] = [await publish(), `docker.io/team/${unique()}:v1`]
      return { images: [await open(app)], options: { rename: () => name }, expected: [{ ...app, name }] }
    },
  },
  {
    what: 'a short name',
    async open() {
      const [app, name] = [await publish(), `app-${unique()}:v1`]
      return {
        images: [await open(app)],
        options: { names: [name] },
        expected: [{ ...app, name: `docker.io/library/${name}` }],
      }
    },
  },
  {
    what: 'an archive of Docker 20.10 with three names, converted',
    open: saved('docker-20.10-graph-driver'),
    isRemade: true,
    refused: { skopeoWithoutTag: /more than one image/ },
  },
  { what: 'an archive of BuildKit, converted', open: saved('buildkit-0.33-oci'), isRemade: true },
  {
    what: "only an OCI layout ({ format: 'oci' })",
    open: whole({}),
    format: 'oci',
    refused: {
      // It takes what it does not know for an archive of Docker 1.9.
      docker: /blobs\/json: no such file/,
      docker29graph: /manifest.json/,
      skopeoDockerArchive: /manifest.json/,
      crane: /manifest.json/,
    },
  },
  {
    what: "only what docker load needs ({ format: 'docker' })",
    open: whole({}),
    format: 'docker',
    refused: { skopeoOciArchive: /index.json/, skopeoWithoutTag: /index.json/, oras: /oci-layout/ },
  },
]
