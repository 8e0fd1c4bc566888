import { join } from 'node:path'
import { expect, inject } from 'vitest'
import {
  type Image,
  type OpenImageOptions,
  openImage,
  saveArchive,
  type WriteOptions,
} from '../../../src/node/index.ts'
import { addAttestationArtifact, addAttestationImage, ELSEWHERE, HERE, THERE } from '../packed-images.ts'
import { type PublishedImage, type PublishOptions, publishImage, unique } from '../published-image.ts'
import type { TakenImage } from './consumer.ts'
import type { ConsumerName } from './index.ts'

/** What is written, for tools to take: a row of the table in docs/pull-and-copy.md. */
export interface Row {
  readonly what: string
  /** Writes it into a folder. */
  readonly write: (folder: string) => Promise<Written>
  /** True if it has no manifests: tools make them. @default false */
  readonly hasNoManifest?: boolean
  /** The message of a tool that does not take it. */
  readonly refused?: Readonly<Partial<Record<ConsumerName, RegExp>>>
  /** The tools that take it, but list no image. */
  readonly dropped?: readonly ConsumerName[]
}

/** A tar, and what tools have to find in it. */
export interface Written {
  readonly path: string
  readonly images: ReadonlyArray<Required<TakenImage>>
}

const publish = (options?: PublishOptions) => publishImage(inject('registryUrl'), options)

const open = ({ repository, tag }: PublishedImage, options?: OpenImageOptions) =>
  openImage(inject('registryUrl'), repository, tag, options)

/** Writes images that were opened, and gives those that tools have to find. */
async function write(
  folder: string,
  opened: readonly Image[],
  images: ReadonlyArray<Required<TakenImage>>,
  options?: WriteOptions,
): Promise<Written> {
  const path = join(folder, `${unique()}.tar`)
  await saveArchive(opened, path, options)
  return { path, images: images.map(({ name, digest, config, diffIds }) => ({ name, digest, config, diffIds })) }
}

/** Writes one image as it is in the registry. */
const whole = (options: PublishOptions, writing?: WriteOptions) => async (folder: string) => {
  const app = await publish(options)
  return write(folder, [await open(app)], [app], writing)
}

export const ROWS: readonly Row[] = [
  { what: 'an image', write: whole({}) },
  {
    what: 'an image with media types of Docker',
    write: whole({ kind: 'docker' }),
    refused: { skopeoOciArchive: /no descriptor found for reference/ },
  },
  { what: 'plain layers', write: whole({ packing: 'plain' }) },
  { what: 'layers in zstd', write: whole({ packing: 'zstd' }), refused: { docker: /invalid tar header/ } },
  { what: 'all platforms', write: whole({ others: [THERE, ELSEWHERE] }) },
  {
    what: 'all platforms with an attestation that is an image',
    write: whole({ others: [THERE], attest: addAttestationImage }),
  },
  {
    what: 'all platforms with an attestation that is an artifact',
    write: whole({ others: [THERE], attest: addAttestationArtifact }),
  },
  {
    what: 'one platform of an index',
    async write(folder) {
      const multi = await publish({ others: [THERE], attest: addAttestationImage })
      return write(folder, [await open(multi, { platform: HERE })], [{ ...multi, digest: multi.image }])
    },
  },
  {
    what: 'one platform of an index, chosen when it is written',
    async write(folder) {
      const multi = await publish({ others: [THERE], attest: addAttestationImage })
      return write(folder, [await open(multi)], [{ ...multi, digest: multi.image }], { platform: HERE })
    },
  },
  {
    what: 'some platforms of an index',
    async write(folder) {
      const multi = await publish({ others: [THERE, ELSEWHERE], attest: addAttestationImage })
      const opened = await open(multi, { platforms: [HERE, THERE] })
      expect(opened.children.length).toBe(3)
      return write(folder, [opened], [{ ...multi, digest: opened.manifest.digest }])
    },
  },
  {
    what: 'two images',
    async write(folder) {
      const [app, base] = [await publish(), await publish({ tag: 'v2', others: [THERE] })]
      return write(folder, [await open(app), await open(base)], [app, base])
    },
    refused: { skopeoWithoutTag: /more than one image/, crane: /only a single image/ },
  },
  {
    what: 'two names of one image',
    async write(folder) {
      const app = await publish()
      const again = { ...app, name: `${app.name}-again` }
      return write(folder, [await open(app)], [app, again], { names: [app.name, again.name] })
    },
    refused: { skopeoWithoutTag: /more than one image/ },
  },
  {
    what: 'an image without a name',
    async write(folder) {
      const app = await publish()
      return write(folder, [await open({ ...app, tag: app.digest })], [{ ...app, name: undefined }])
    },
    dropped: ['ctr', 'ctr2'],
  },
  {
    what: 'an image by its digest, with a name',
    async write(folder) {
      const app = await publish()
      return write(folder, [await open({ ...app, tag: app.digest })], [app], { names: [app.name] })
    },
  },
  {
    what: 'a name of Docker Hub',
    async write(folder) {
      const [app, name] = [await publish(), `docker.io/team/${unique()}:v1`]
      return write(folder, [await open(app)], [{ ...app, name }], { rename: () => name })
    },
  },
  {
    what: 'a short name',
    async write(folder) {
      const [app, name] = [await publish(), `app-${unique()}:v1`]
      return write(folder, [await open(app)], [{ ...app, name: `docker.io/library/${name}` }], { names: [name] })
    },
  },
  {
    what: "only an OCI layout ({ format: 'oci' })",
    write: whole({}, { format: 'oci' }),
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
    write: whole({}, { format: 'docker' }),
    hasNoManifest: true,
    refused: { skopeoOciArchive: /index.json/, skopeoWithoutTag: /index.json/, oras: /oci-layout/ },
  },
]
