import { createTar } from 'nanotar'
import type { Descriptor, Digest } from '../../src/index.ts'
import { KINDS } from './kinds.ts'
import { type LayoutBuilder, withName, withPlatform } from './layout.ts'
import { gzip, zstd } from './packing.ts'

/** The platform of this machine, which tools choose unless told otherwise. */
export const HERE = process.arch === 'x64' ? 'linux/amd64' : `linux/${process.arch}`
export const THERE = 'linux/s390x'
export const ELSEWHERE = 'linux/riscv64'

/** An entry of an index. */
export type IndexEntry = ReturnType<typeof withPlatform>

/** An image that is put into a layout: tools can unpack it. */
export interface PackedImage {
  readonly descriptor: Descriptor
  readonly config: Digest
  readonly diffIds: readonly Digest[]
}

export interface PackedImageOptions {
  /** Distinguishes the image, and each of its layers, from all others. */
  readonly text: string
  /** @default the platform of this machine */
  readonly platform?: string
  /** How its layers are packed. @default gzip */
  readonly packing?: 'gzip' | 'zstd' | 'plain'
  /** The kind of its media types. @default oci */
  readonly kind?: keyof typeof KINDS
}

const PACKERS = {
  gzip: { pack: gzip, types: { oci: KINDS.oci.layer, docker: KINDS.docker.layer } },
  zstd: {
    pack: async (bytes: Uint8Array) => zstd(bytes),
    types: {
      oci: 'application/vnd.oci.image.layer.v1.tar+zstd',
      docker: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
    },
  },
  plain: {
    pack: async (bytes: Uint8Array) => bytes,
    types: { oci: 'application/vnd.oci.image.layer.v1.tar', docker: 'application/vnd.docker.image.rootfs.diff.tar' },
  },
}

/** Adds an image of two layers to a layout. */
export async function addPackedImage(layout: LayoutBuilder, options: PackedImageOptions): Promise<PackedImage> {
  const { text, platform = HERE, packing = 'gzip', kind = 'oci' } = options
  const [os, architecture] = platform.split('/')
  const { pack, types } = PACKERS[packing]
  const [layers, diffIds]: [Descriptor[], Digest[]] = [[], []]
  for (const name of ['etc/motd', 'srv/page']) {
    const tar = createTar([{ name, data: `${text}, ${name}, ${platform}` }], { attrs: { mtime: 0 } }) as Uint8Array
    // Only the digest of the plain layer is of use: it is not a blob of the layout.
    const { digest } = await layout.add(types[kind], tar)
    if (packing !== 'plain') layout.files.delete(`blobs/sha256/${digest.slice('sha256:'.length)}`)
    diffIds.push(digest)
    layers.push(await layout.add(types[kind], await pack(tar)))
  }
  const rootfs = { type: 'layers', diff_ids: diffIds }
  const history = diffIds.map((_, position) => ({ created_by: `COPY ${text} ${position}` }))
  const config = await layout.add(KINDS[kind].config, { architecture, os, config: {}, rootfs, history })
  const mediaType = KINDS[kind].manifest
  const descriptor = await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers })
  return { descriptor, config: config.digest, diffIds }
}

const IN_TOTO = {
  mediaType: 'application/vnd.in-toto+json',
  statement: '{"_type":"https://in-toto.io/Statement/v0.1"}',
}

/** Adds an attestation of an image as BuildKit makes it before 0.32: an image of no platform. Gives its entry in an index. */
export async function addAttestationImage(layout: LayoutBuilder, subject: Descriptor): Promise<IndexEntry> {
  const layer = await layout.add(IN_TOTO.mediaType, `${IN_TOTO.statement} ${subject.digest}`)
  const rootfs = { type: 'layers', diff_ids: [layer.digest] }
  const config = await layout.add(KINDS.oci.config, { architecture: 'unknown', os: 'unknown', config: {}, rootfs })
  const manifest = { schemaVersion: 2, mediaType: KINDS.oci.manifest, config, layers: [layer] }
  return attestationEntry(await layout.add(KINDS.oci.manifest, manifest), subject)
}

/** Adds an attestation of an image as BuildKit makes it since 0.32: an artifact. Gives its entry in an index. */
export async function addAttestationArtifact(layout: LayoutBuilder, subject: Descriptor): Promise<IndexEntry> {
  const artifactType = 'application/vnd.docker.attestation.manifest.v1+json'
  return attestationEntry(await addArtifact(layout, subject, artifactType), subject)
}

/** Adds an artifact that is about an image, such as a signature. */
export async function addArtifact(
  layout: LayoutBuilder,
  { mediaType, digest, size }: Descriptor,
  artifactType: string,
): Promise<Descriptor> {
  const layer = await layout.add(IN_TOTO.mediaType, `${IN_TOTO.statement} ${artifactType} ${digest}`)
  const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
  return layout.add(KINDS.oci.manifest, {
    ...{ schemaVersion: 2, mediaType: KINDS.oci.manifest, artifactType },
    ...{ config: { ...config, data: 'e30=' }, layers: [layer], subject: { mediaType, digest, size } },
  })
}

/** Adds a signature of an image as cosign makes it before 3: an image, which a tag ties to its subject. */
export async function addCosignSignature(layout: LayoutBuilder, subject: Descriptor): Promise<IndexEntry> {
  const layer = await layout.add('application/vnd.dev.cosign.simplesigning.v1+json', `{"of":"${subject.digest}"}`)
  const rootfs = { type: 'layers', diff_ids: [layer.digest] }
  const config = await layout.add(KINDS.oci.config, { architecture: '', os: '', config: {}, rootfs })
  const manifest = { schemaVersion: 2, mediaType: KINDS.oci.manifest, config, layers: [layer] }
  return withName(await layout.add(KINDS.oci.manifest, manifest), `${subject.digest.replace(':', '-')}.sig`)
}

function attestationEntry(attestation: Descriptor, { digest }: Descriptor): IndexEntry {
  return {
    ...withPlatform(attestation, 'unknown/unknown'),
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest },
  }
}
